using System.Globalization;
using ELLM.Sim.Experiments.Capacity;

namespace ELLM.Sim.Cli.Tables;

/// <summary>Capacities as people read them: one row a policy.</summary>
internal static class CapacityTable
{
    public static void Write(TextWriter target, IReadOnlyList<CapacityResult> results, IWorkload workload, GpuPrices prices)
    {
        CapacityResult first = results.First(r => r.Bracket is not null);
        target.Write(ComparisonTable.Header(first.Label, first.Slo, first.Config.Slo, workload.Original, first.Config));
        string tolerance = (first.Goal.Tolerance * 100).ToString("0.#", CultureInfo.InvariantCulture);
        target.Write($"met by {Words.Percent(first.Goal.Attainment)} of all requests {Load(first, workload)}; "
            + $"rates known to {tolerance} %\n");
        target.Write($"price: {Price(first)}, {prices.SourceOf(first.Config.Gpu)}\n\n");
        TextTable table = new(
            [
                "policy", "capacity req/s", "95% interval", "requests", "SLO", "TTFT", "TPOT",
                "goodput/GPU", "goodput/$", "$/M tokens", "limit",
            ],
            "limit");
        foreach (CapacityResult r in results)
        {
            if (r.At is not LoadPoint at)
            {
                table.Add([
                    r.Label.Policy, .. Enumerable.Repeat(Words.Undefined, 9),
                    r.Bracket is null ? "did not start" : r.Bracket.Highest is null ? "misses unloaded" : "no rate misses"]);
                continue;
            }
            table.Add(
            [
                r.Label.Policy,
                r.Answer == "too short" ? "too short" : Words.Rate(at.RatePerS),
                r.Bracket!.LowRatePerS is null && r.Bracket.HighRatePerS is null
                    ? Words.Undefined
                    : $"{Words.Rate(r.Bracket.LowRatePerS)} to {Words.Rate(r.Bracket.HighRatePerS)}",
                Words.Count(at.Requests),
                Words.Percent(at.Attainment),
                Words.Percent(at.TtftAttainment),
                Words.Percent(at.TpotAttainment),
                Words.Rate(r.GoodputPerGpuPerS),
                Words.Dollars(r.GoodputPerUsd),
                Words.Dollars(r.UsdPerMillionTokens),
                r.Limit!,
            ]);
        }
        table.Write(target);
    }

    private static string Load(CapacityResult r, IWorkload workload) => r.Goal.Finite
        ? $"in finite runs; {r.Goal.Draws} draws a rate ({workload.Draws})"
        : $"under steady load: the trace extended by its own blocks of {Words.Count(r.BlockRequests!.Value)}; "
            + $"interval from {r.Goal.Draws} traces drawn from it";

    private static string Price(CapacityResult r) => r.PriceUsdPerHour is double usd
        ? $"${Words.Dollars(usd)} per {r.Label.Gpu} hour"
        : "unknown";
}
