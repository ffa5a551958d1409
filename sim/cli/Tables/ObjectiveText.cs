using ELLM.Sim.Configuration;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Cli.Tables;

/// <summary>Objectives in words: those that were asked for.</summary>
internal static class ObjectiveText
{
    /// <param name="spec">How they were asked for; null: as times.</param>
    public static string Of(SloTargets slo, SloSpec? spec)
    {
        List<string> parts = [];
        if (slo.Asks(Objectives.Ttft))
            parts.Add($"TTFT <= {Words.Duration(slo.TtftPs)}{Unloaded(spec?.TtftS is null, spec?.TtftMultiple)}");
        if (slo.Asks(Objectives.Tpot))
            parts.Add($"TPOT <= {Words.Duration(slo.TpotPs)}{Unloaded(spec?.TpotS is null, spec?.TpotMultiple)}");
        if (slo.Asks(Objectives.E2e))
            parts.Add($"end to end <= {Words.Duration(slo.E2ePs)}");
        parts.AddRange((slo.Percentiles ?? []).Select(p => $"{p.Name} <= {Words.Duration(p.LimitPs)} of the run"));
        return parts.Count == 0 ? "none: every finished request counts" : string.Join(", ", parts);
    }

    /// <summary>How a run did by its percentile objectives; empty where it has none.</summary>
    public static string Of(IReadOnlyList<PercentileScore> scores)
    {
        string[] missed = [.. scores.Where(s => !s.Met).Select(s => $"{s.Objective.Name} ({Words.Percent(s.Share)} within)")];
        return missed.Length == 0 ? "met" : "missed " + string.Join(", ", missed);
    }

    private static string Unloaded(bool asked, double? times) => asked && times is double x ? $" ({ShortText.Decimals(x)} x unloaded)" : "";
}
