using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>The figures of a capacity search (capacity.csv, rates.csv) and of a plan (plan.csv).</summary>
public static class StudyFigures
{
    /// <summary>Names for <c>--figure</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = [RateSweep.AttainmentName, RateSweep.LatencyName, ParetoFront.Name, PhaseMap.Name];

    /// <param name="capacities">A row a deployment.</param>
    /// <param name="rates">A row for every rate that was tested.</param>
    public static (IReadOnlyList<Figure> Figures, IReadOnlyList<string> Skipped) OfCapacity(ResultRows capacities, ResultRows rates)
    {
        foreach (string column in (string[])["policy", "capacity_per_s", "target_attainment"])
            capacities.Require(column, "capacity");
        foreach (string column in (string[])["policy", "rate_per_s", "slo_attainment"])
            rates.Require(column, "capacity");
        if (rates.Rows.Count == 0)
            return ([], [$"{RateSweep.AttainmentName}: not drawn: no rate was tested"]);
        ILookup<string, string[]> tested = rates.Rows.ToLookup(r => rates.Text(r, "policy"), StringComparer.Ordinal);
        PolicySweep[] policies = [.. capacities.Rows.Where(r => tested.Contains(capacities.Text(r, "policy"))).Select(r => new PolicySweep(
            capacities.Text(r, "policy"),
            [.. tested[capacities.Text(r, "policy")].Select(p => Point(rates, p)).OrderBy(p => p.At)],
            capacities.Number(r, "capacity_per_s") is > 0 and double capacity ? capacity : null))];
        double? Same(string column) =>
            capacities.Rows.Select(r => capacities.Number(r, column)).Where(double.IsFinite).Distinct().ToArray() is [double one]
                ? one
                : null;
        RateSweep sweep = new();
        return ([sweep.Attainment(policies, Same("target_attainment")), sweep.Latency(policies, Same("slo_ttft_s"), Same("slo_tpot_s"))],
            []);
    }

    /// <param name="deployments">A row a kind of deployment; those that are left out have no cost.</param>
    public static (IReadOnlyList<Figure> Figures, IReadOnlyList<string> Skipped) OfPlan(ResultRows deployments)
    {
        foreach (string column in (string[])["gpu", "policy", "gpus", "usd_per_hour"])
            deployments.Require(column, "plan");
        string[][] solutions = [.. deployments.Rows.Where(r => double.IsFinite(deployments.Number(r, "usd_per_hour")))];
        if (solutions.Length == 0)
            return ([], [$"{ParetoFront.Name}: not drawn: no deployment meets the target at a known price"]);
        ParetoPoint[] Points(string latency) =>
            [.. solutions.Select(
                r => new ParetoPoint(Label(deployments, r), deployments.Number(r, "usd_per_hour"), deployments.Number(r, latency)))];
        return ([ParetoFront.Of("cost (USD/h)", "seconds", ("TTFT, 99th percentile", Points("ttft_p99_s")),
            ("TPOT, 99th percentile", Points("tpot_p99_s")))], []);
    }

    private static string Label(ResultRows deployments, string[] row) =>
        $"{deployments.Text(row, "gpus")} x {deployments.Text(row, "gpu")}, {deployments.Text(row, "policy")}";

    private static RatePoint Point(ResultRows rates, string[] row) => new(rates.Number(row, "rate_per_s"))
    {
        SloAttainment = rates.Number(row, "slo_attainment"),
        AttainmentHalfWidth = rates.Number(row, "slo_attainment_half_width"),
        TtftP99S = rates.Number(row, "ttft_p99_s"),
        TpotP99S = rates.Number(row, "tpot_p99_s"),
    };
}
