using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Cumulative distributions of TTFT, TPOT and end-to-end latency, a curve a policy, with the objectives.</summary>
public static class LatencyCdf
{
    public const string Name = "latency";

    public static Figure Of(IReadOnlyList<PolicyLatencies> policies, double? ttftObjectiveS, double? tpotObjectiveS)
    {
        Panel One(string title, string axis, Func<PolicyLatencies, double[]> values, double? objective) => new(
            title,
            new Axis(axis) { Scale = Scale.Log },
            new Axis("share of requests") { Min = 0, Max = 1 },
            [.. policies.Select(p => Series.Cdf(p.Policy, values(p)))])
        {
            References = Parts.Objective(objective, vertical: true, "SLO"),
        };
        return new Figure(Name, "Latency of finished requests",
        [
            One("Time to first token", "TTFT (s)", p => p.TtftS, ttftObjectiveS),
            One("Time per output token", "TPOT (s)", p => p.TpotS, tpotObjectiveS),
            One("End to end", "latency (s)", p => p.EndToEndS, null),
        ])
        {
            Columns = 3,
            SharedY = true,
            Width = Figure.PageWidth,
            PanelHeight = 210,
            Notes = ["A curve further left is faster; its height at the SLO line is the share of requests that met it."],
        };
    }
}
