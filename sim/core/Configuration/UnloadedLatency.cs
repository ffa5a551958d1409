using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Time;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Configuration;

/// <summary>Latencies of one request of the trace's mean lengths alone on the deployment, and the objectives made of them.</summary>
/// <param name="TtftPs">One iteration with the mean prompt, whole.</param>
/// <param name="TpotPs">One decode step at batch 1, the mean prompt and half the mean output in its context.</param>
public readonly record struct UnloadedLatency(long TtftPs, long TpotPs)
{
    /// <summary>Just inside the range of the clock.</summary>
    private const double LongestS = 9_000_000;

    /// <param name="maxModelLen">Longest sequence the deployment takes: a mean beyond it is cut to it.</param>
    public static UnloadedLatency Of(ITimeModel time, Trace trace, int maxModelLen)
    {
        int prompt = Math.Min(Mean(trace.InputTokens), maxModelLen);
        long context = Math.Min(prompt + (Mean(trace.OutputTokens) / 2L) + 1, maxModelLen);
        DecodeBatch one = new(1, context, context);
        DecodeCost cost = time.Decode(one);
        long step = cost.FixedPs + ((cost.PerContextTokenPs + cost.PerLongestTokenPs) * context);
        return new UnloadedLatency(time.Mixed([new PrefillChunk(prompt, 0, Samples: true)], default), step);
    }

    /// <summary>The objectives the user stated, and the stated multiples of the unloaded latencies for those left out.</summary>
    /// <exception cref="InputException">An objective is out of range or unknown.</exception>
    public SloTargets Targets(SloSpec slo) => new(
        Objective("ttft", slo.TtftS, slo.TtftMultiple, TtftPs), Objective("tpot", slo.TpotS, slo.TpotMultiple, TpotPs),
        slo.E2eS is double seconds ? Objective("e2e", seconds, 1, 0) : long.MaxValue, slo.Asked())
    {
        Percentiles = SloText.Percentiles(slo.Percentiles),
    };

    private static long Objective(string name, double? seconds, double multiple, long unloadedPs)
    {
        double objective = seconds ?? multiple * new SimTime(unloadedPs).Seconds;
        return objective < LongestS
            ? SimTime.FromSeconds(objective).Picoseconds
            : throw new InputException($"slo.{name}_{(seconds is null ? "multiple" : "s")}: "
                + FormattableString.Invariant($"expected an objective below {LongestS} s (104 days), found {objective} s"));
    }

    /// <summary>Rounded up, so at least one token.</summary>
    private static int Mean(int[] tokens)
    {
        long sum = 0;
        foreach (int count in tokens)
            sum += count;
        return tokens.Length == 0 ? 1 : (int)((sum + tokens.Length - 1) / tokens.Length);
    }
}
