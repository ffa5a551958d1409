using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Numerics;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>A deployment under a steady load: replays of one trace, extended by its own blocks until the answer is steady.</summary>
/// <param name="load">The deployment.</param>
/// <param name="trace">What the load is made of.</param>
/// <param name="block">Consecutive requests that stay together.</param>
/// <param name="seed">Of the order of blocks.</param>
/// <param name="longest">Most requests of a replay.</param>
/// <param name="latencies">Whether points hold quantiles of latencies.</param>
public sealed class SteadyLoad(DeploymentLoad load, Trace trace, int block, ulong seed, int longest, bool latencies = true)
{
    /// <summary>Longest trace the clock holds, with room for what comes before and after the measured requests, seconds.</summary>
    private const double LongestS = 6e6;

    /// <summary>Parts of a replay whose attainments are taken as independent.</summary>
    private const int Batches = 16;

    private readonly Dictionary<int, ExtendedTrace> _extended = [];

    /// <summary>What a request of the mean output may take and meet its objectives, seconds.</summary>
    private readonly double _lifeS =
        new SimTime(load.Targets.TtftPs).Seconds + (new SimTime(load.Targets.TpotPs).Seconds * trace.OutputTokens.Average());

    /// <summary>Least rate of a replay of so many requests that the clock holds, requests per second.</summary>
    public static double FloorPerS(int requests) => requests / LongestS;

    /// <summary>The same under a trace of the same kind: blocks of this one, drawn with replacement.</summary>
    /// <param name="requests">Requests of the drawn trace.</param>
    public static SteadyLoad OfDrawn(DeploymentLoad load, Trace trace, int block, int requests, ulong seed, int longest)
    {
        Trace drawn = BlockBootstrap.Resample(trace, requests, block, seed);
        // Requests that come all at once have no rate: drawn again.
        for (ulong again = 1; TraceRate.Of(drawn) is null && again < 100; again++)
            drawn = BlockBootstrap.Resample(trace, requests, block, RandomStream.SeedOf(seed, again << 32));
        return new SteadyLoad(load, TraceRate.Of(drawn) is null ? trace : drawn, block, seed, longest, latencies: false);
    }

    /// <summary>Replays the trace at a rate, longer where the work in flight still grows and a request's life explains it.</summary>
    /// <param name="requests">Measured requests to begin with.</param>
    /// <exception cref="InputException">The run can make no progress.</exception>
    public LoadPoint Measure(double ratePerS, int requests)
    {
        int clock = (int)Math.Min(longest, ratePerS * LongestS);
        int length = Math.Min(requests, clock);
        while (true)
        {
            LoadPoint point = Replay(ratePerS, length);
            if (point.KeepsUp || length >= clock || length >= Stability.Lives * ratePerS * _lifeS)
                return point;
            length = Math.Min(4 * length, clock);
        }
    }

    /// <summary>Turns that wait for answers arrive in an order of their own; those that never did come last, when the run ended.</summary>
    private static RequestRecord[] ByArrival(RunOutcome outcome)
    {
        if (outcome.Trace.Find<SessionPlan>() is null)
            return outcome.Records;
        RequestRecord[] ordered = [.. outcome.Records.OrderBy(r => r.ArrivalPs < 0 ? long.MaxValue : r.ArrivalPs)];
        foreach (ref RequestRecord record in ordered.AsSpan())
            record.ArrivalPs = record.ArrivalPs < 0 ? outcome.EndPs : record.ArrivalPs;
        return ordered;
    }

    private LoadPoint Replay(double ratePerS, int requests)
    {
        if (!_extended.TryGetValue(requests, out ExtendedTrace? extended))
            _extended[requests] = extended = new ExtendedTrace(trace, block, requests, seed);
        (RunOutcome outcome, LogHistogram? gaps) = load.Replay(extended.At(ratePerS));
        ReadOnlySpan<RequestRecord> records = ByArrival(outcome), measured = records.Slice(extended.Lead, extended.Requests);
        long fromPs = measured[0].ArrivalPs, toPs = records[extended.Lead + extended.Requests].ArrivalPs;
        InFlightTrend inFlight = InFlightTrend.Of(records, fromPs, toPs, measured.Length);
        Tally arrived = Tally.Of(measured, load.Targets, long.MinValue, long.MaxValue);
        Tally served = Tally.Of(records, load.Targets, fromPs, toPs);
        double windowS = new SimTime(toPs - fromPs).Seconds;
        return new LoadPoint(
            ratePerS, (double)arrived.All / measured.Length, HalfWidth(measured),
            (double)arrived.Ttft / measured.Length, (double)arrived.Tpot / measured.Length)
        {
            Requests = measured.Length,
            E2eAttainment = (double)arrived.E2e / measured.Length,
            Asked = load.Targets.Asked,
            Percentiles = load.Targets.Score(measured, gaps),
            HalvesDifference = Share(measured[..(measured.Length / 2)]) - Share(measured[(measured.Length / 2)..]),
            ServedPerS = served.Finished / windowS,
            GoodputPerS = served.All / windowS,
            OutputTokensPerS = served.OutputTokens / windowS,
            InFlight = inFlight,
            KeepsUp = inFlight.Verdict != StabilityVerdict.Overloaded,
            TtftP99Ps = latencies ? P99(measured, RequestLatency.Ttft) : 0,
            TpotP99Ps = latencies ? P99(measured, RequestLatency.Tpot) : 0,
            BusyShare = (double)outcome.Counters.BusyPs / Math.Max(1, outcome.EndPs)
                / (load.Config.Engine.Replicas * load.Config.Pp),
        };
    }

    /// <summary>
    /// From batch means: half of the attainment's 95 % interval, for what another order of the same requests would bring.
    /// </summary>
    private double? HalfWidth(ReadOnlySpan<RequestRecord> measured)
    {
        if (measured.Length < Batches)
            return null;
        double[] means = new double[Batches];
        for (int i = 0; i < Batches; i++)
        {
            int from = (int)((long)measured.Length * i / Batches), to = (int)((long)measured.Length * (i + 1) / Batches);
            means[i] = Share(measured[from..to]);
        }
        return MeanInterval.Of(means).HalfWidth;
    }

    /// <summary>Of requests that met the objectives.</summary>
    private double Share(ReadOnlySpan<RequestRecord> records) =>
        (double)Tally.Of(records, load.Targets, long.MinValue, long.MaxValue).All / Math.Max(1, records.Length);

    private delegate long? Latency(in RequestRecord record);

    private static long P99(ReadOnlySpan<RequestRecord> records, Latency latency)
    {
        long[] values = new long[records.Length];
        int count = 0;
        foreach (ref readonly RequestRecord r in records)
        {
            if (latency(r) is long value)
                values[count++] = value;
        }
        return count == 0 ? 0 : ExactQuantiles.Of(values.AsSpan(0, count)).P99Ps;
    }

    /// <summary>Finished requests of a part of the records, and those that met their objectives.</summary>
    private readonly record struct Tally(int Finished, int Ttft, int Tpot, int E2e, int All, long OutputTokens)
    {
        /// <summary>Those that finished after one instant, and not after another.</summary>
        public static Tally Of(ReadOnlySpan<RequestRecord> records, in SloTargets targets, long afterPs, long untilPs)
        {
            int finished = 0, ttft = 0, tpot = 0, e2e = 0, all = 0;
            long tokens = 0;
            foreach (ref readonly RequestRecord r in records)
            {
                if (r.Status != RequestStatus.Finished || r.FinishPs <= afterPs || r.FinishPs > untilPs)
                    continue;
                finished++;
                ttft += targets.MeetsTtft(r) ? 1 : 0;
                tpot += targets.MeetsTpot(r) ? 1 : 0;
                e2e += targets.MeetsE2e(r) ? 1 : 0;
                all += targets.Meets(r) ? 1 : 0;
                tokens += r.EmittedTokens;
            }
            return new Tally(finished, ttft, tpot, e2e, all, tokens);
        }
    }
}
