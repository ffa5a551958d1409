using ELLM.Sim.Fleet;
using ELLM.Sim.Fleet.Routers;
using ELLM.Sim.Memory;
using ELLM.Sim.Numerics;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace ELLM.Sim.Tests.Laws.Theory;

/// <summary>An engine with a batch limit of one: a queue with Poisson arrivals and a single server.</summary>
/// <param name="load">Arrival rate times mean service time.</param>
/// <param name="meanTokens">Mean of what <paramref name="tokens"/> draws; each token takes <see cref="StepPs"/>.</param>
internal sealed class SingleServer(double load, double meanTokens, Func<RandomStream, int> tokens)
{
    public const long StepPs = SimTime.PsPerMillisecond;

    private const int WarmUp = 2_000;

    /// <summary>Mean waiting times in seconds of independent replications, each with its own seed.</summary>
    public double[] MeanWaits(int replications, int requests) =>
        [.. Enumerable.Range(1, replications).Select(seed => MeanWait((ulong)seed, requests))];

    /// <summary>Student's confidence interval of the mean, from independent replications.</summary>
    public static (double Low, double High) Confidence(double[] means, double level)
    {
        double half = StudentT.InvCDF(0, 1, means.Length - 1, 0.5 + (level / 2)) * means.StandardDeviation() / Math.Sqrt(means.Length);
        return (means.Mean() - half, means.Mean() + half);
    }

    private double MeanWait(ulong seed, int requests)
    {
        RandomStream arrivals = RandomStream.Named(seed, "arrivals");
        RandomStream lengths = RandomStream.Named(seed, "lengths");
        double meanGap = meanTokens * StepPs / load;
        long[] at = new long[requests];
        int[] output = new int[requests];
        double now = 0;
        for (int i = 0; i < requests; i++)
        {
            now += Distributions.Exponential(arrivals, meanGap);
            at[i] = (long)now;
            output[i] = tokens(lengths);
        }
        Trace trace = new("poisson", at, [.. Enumerable.Repeat(1, requests)], output);
        return Run(trace).Records.Skip(WarmUp).Average(r => (double)(r.FirstScheduledPs - r.ArrivalPs)) / SimTime.PsPerSecond;
    }

    private static RunOutcome Run(Trace trace)
    {
        Cluster cluster = new(trace, new RoundRobinRouter());
        cluster.Add(new EngineParts(
            new EngineLimits(100_000, 1, 100_000, 100_000),
            new PrefillFirstScheduler(),
            new PagedKv(100_000, 16, 0, BlockCheck.Any, 1),
            new ConstantTimeModel { StepPs = StepPs }));
        return cluster.Run();
    }
}
