using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Serving;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Experiments.Bounds;

/// <summary>A request as far as a bound knows it.</summary>
/// <param name="ArrivalPs">Nothing of it is computed before.</param>
/// <param name="Prompt">Tokens.</param>
/// <param name="Outputs">Tokens, after clipping to max_model_len.</param>
internal readonly record struct BoundedRequest(long ArrivalPs, int Prompt, int Outputs)
{
    /// <summary>Null when it is longer than max_model_len, and so refused by every policy.</summary>
    public static BoundedRequest? Of(in RequestRecord record, int maxModelLen) => record.InputTokens > maxModelLen
        ? null
        : new(record.ArrivalPs, record.InputTokens, Math.Min(record.OutputTokens, Math.Max(1, maxModelLen - record.InputTokens)));

    /// <summary>The least time from its arrival to its first token, picoseconds.</summary>
    public double FirstTokenPs(IReadOnlyList<LeastCost> costs)
    {
        double least = 0;
        foreach (LeastCost cost in costs)
            least = Math.Max(least, cost.FirstTokenPs(Prompt));
        return least;
    }

    /// <summary>The least time from its first token to its last, picoseconds.</summary>
    public double OtherTokensPs(IReadOnlyList<LeastCost> costs)
    {
        double least = 0;
        foreach (LeastCost cost in costs)
            least = Math.Max(least, cost.OtherTokensPs(Prompt, Outputs));
        return least;
    }

    /// <summary>Whether it meets every objective asked for when it waits for nothing.</summary>
    public bool Able(IReadOnlyList<LeastCost> costs, in SloTargets slo)
    {
        double first = FirstTokenPs(costs), others = OtherTokensPs(costs);
        return first <= FirstTokenDuePs(slo) - ArrivalPs && others <= (double)OthersMayTakePs(slo)
            && first + others <= DuePs(slo) - ArrivalPs;
    }

    /// <summary>Latest first token that meets the objective.</summary>
    public long FirstTokenDuePs(in SloTargets slo) => slo.Asks(Objectives.Ttft) ? Later(ArrivalPs, slo.TtftPs) : long.MaxValue;

    /// <summary>Latest last token of a request that meets its objectives: its first token as late as it may be, then each other token
    /// after the objective and the half picosecond that rounding forgives.</summary>
    public long DuePs(in SloTargets slo)
    {
        long due = Later(FirstTokenDuePs(slo), OthersMayTakePs(slo));
        return slo.Asks(Objectives.E2e) ? Math.Min(due, Later(ArrivalPs, slo.E2ePs)) : due;
    }

    /// <summary>Longest time from first to last token that meets the objective.</summary>
    private Int128 OthersMayTakePs(in SloTargets slo) =>
        slo.Asks(Objectives.Tpot) ? ((Int128)slo.TpotPs * (Outputs - 1)) + (Outputs / 2) : long.MaxValue;

    private static long Later(long ps, Int128 by) => (long)Int128.Min(ps + by, long.MaxValue);
}
