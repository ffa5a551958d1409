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
        target.Write($"met by {Words.Percent(first.Goal.Attainment)} of all requests; {first.Goal.Seeds} draws a rate ({workload.Draws}); rates known to {tolerance} %\n");
        target.Write($"price: {Price(first)}, {prices.SourceOf(first.Config.Gpu)}\n\n");
        TextTable table = new(["policy", "capacity req/s", "95% interval", "SLO", "TTFT", "TPOT", "goodput/GPU", "goodput/$", "$/M tokens", "limit"], "limit");
        foreach (CapacityResult r in results)
        {
            if (r.Bracket?.Highest is not LoadPoint at)
            {
                table.Add([r.Label.Policy, .. Enumerable.Repeat(Words.Undefined, 8), r.Bracket is null ? "did not start" : "misses unloaded"]);
                continue;
            }
            table.Add(
            [
                r.Label.Policy,
                Words.Rate(at.RatePerS),
                r.Goal.Seeds > 1 ? $"{Words.Rate(r.Bracket.LowRatePerS)} to {Words.Rate(r.Bracket.HighRatePerS)}" : Words.Undefined,
                Words.Percent(at.Attainment),
                Words.Percent(at.TtftAttainment),
                Words.Percent(at.TpotAttainment),
                Words.Rate(r.GoodputPerGpuPerS),
                Words.Dollars(r.GoodputPerUsd),
                Words.Dollars(r.UsdPerMillionTokens),
                r.Limit ?? "none found",
            ]);
        }
        table.Write(target);
    }

    private static string Price(CapacityResult r) => r.PriceUsdPerHour is double usd
        ? $"${Words.Dollars(usd)} per {r.Label.Gpu} hour"
        : "unknown";
}
