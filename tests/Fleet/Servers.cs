using ELLM.Sim.Fleet;
using ELLM.Sim.Memory;
using ELLM.Sim.Numerics;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Tests.Fleet;

/// <summary>Engines with a batch limit of one behind a router: servers whose requests arrive as a Poisson process.</summary>
/// <remarks>Service times are geometric with a mean of <see cref="MeanTokens"/> steps: as near to exponential as 1 in 2,000.</remarks>
/// <param name="servers">Engines.</param>
/// <param name="load">Arrival rate times mean service time / servers.</param>
internal sealed class Servers(int servers, double load, string router)
{
    public const double MeanTokens = 1_000;

    private const long StepPs = SimTime.PsPerMicrosecond;

    /// <summary>Means over the requests after the warm-up, in mean service times.</summary>
    public double[] MeanWaits(int replications, int requests, int warmUp) =>
    [
        .. Enumerable.Range(1, replications).Select(seed => Run((ulong)seed, requests).Records[warmUp..]
            .Average(r => (double)(r.FirstScheduledPs - r.ArrivalPs)) / (MeanTokens * StepPs)),
    ];

    public RunOutcome Run(ulong seed, int requests)
    {
        RandomStream arrivals = RandomStream.Named(seed, "arrivals");
        RandomStream lengths = RandomStream.Named(seed, "lengths");
        double meanGap = MeanTokens * StepPs / load / servers;
        long[] at = new long[requests];
        int[] output = new int[requests];
        double now = 0;
        for (int i = 0; i < requests; i++)
        {
            now += Distributions.Exponential(arrivals, meanGap);
            at[i] = (long)now;
            output[i] = Distributions.Geometric(lengths, 1 / MeanTokens);
        }
        return Run(new Trace("poisson", at, [.. Enumerable.Repeat(1, requests)], output), seed);
    }

    private RunOutcome Run(Trace trace, ulong seed)
    {
        RouterChoice choice = RouterChoice.Parse(router);
        Cluster cluster = new(trace, choice.Create(trace, seed), null, choice.ReportPs, new ClusterOptions(Apart: true, 1));
        for (int i = 0; i < servers; i++)
        {
            cluster.Add(new EngineParts(
                new EngineLimits(1_000_000, 1, 1_000_000, 1_000_000),
                new PrefillFirstScheduler(),
                new PagedKv(100_000, 16, 0, BlockCheck.Any, 1),
                new ConstantTimeModel { StepPs = StepPs }));
        }
        return cluster.Run();
    }
}
