using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Sequences in the batch and requests in the queue over time, a line a policy.</summary>
public static class LoadOverTime
{
    public const string Name = "load";

    public static Figure Of(IReadOnlyList<PolicyLoad> policies)
    {
        (double unit, Axis time) = Parts.TimeAxis(policies.SelectMany(p => p.TimeS));
        Panel One(string title, string axis, Func<PolicyLoad, double[]> values) => new(
            title, time, new Axis(axis) { FromZero = true },
            [.. policies.Select(p => new Curve(p.Policy, Parts.Over(p.TimeS, unit), values(p), CurveKind.Step))])
        {
            Zoomable = true,
        };
        List<Panel> panels = [One("Running", "requests with KV on the GPU", p => p.Running), One("Waiting", "requests", p => p.Waiting)];
        if (policies.Any(p => p.Parked.Any(v => v > 0)))
            panels.Add(One("Parked", "requests with KV on the host", p => p.Parked));
        return new Figure(Name, "Batch and queue over time", panels) { Width = Figure.PageWidth, SharedX = true, PanelHeight = 130 };
    }
}
