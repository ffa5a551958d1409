using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Sequences in the batch and requests in the queue over time, a line a policy.</summary>
public static class LoadOverTime
{
    public const string Name = "load";

    public static Figure Of(IReadOnlyList<PolicyLoad> policies)
    {
        double end = Parts.TimeEnd([.. policies.Select(p => (p.Policy, p.TimeS))], out IReadOnlyList<string> cut);
        (double unit, Axis time) = Parts.TimeAxis([end]);
        Curve Line(PolicyLoad p, double[] values)
        {
            int n = Parts.Until(p.TimeS, end);
            return new Curve(p.Policy, Parts.Over(p.TimeS.AsSpan(0, n), unit), values[..n], CurveKind.Step);
        }
        Panel One(string title, Func<PolicyLoad, double[]> values, IReadOnlyList<PolicyLoad> whose) => new(
            title, time, new Axis("requests") { FromZero = true }, [.. whose.Select(p => Line(p, values(p)))])
        {
            Zoomable = true,
        };
        List<Panel> panels = [One("Running: KV on the GPU", p => p.Running, policies), One("Waiting", p => p.Waiting, policies)];
        PolicyLoad[] parking = [.. policies.Where(p => p.Parked.Any(v => v > 0))];
        if (parking.Length > 0)
            panels.Add(One("Parked: KV in host memory", p => p.Parked, parking));
        return new Figure(Name, "Batch and queue over time", panels)
        {
            Width = Figure.PageWidth,
            SharedX = true,
            PanelHeight = 130,
            Notes = cut
        };
    }
}
