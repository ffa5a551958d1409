using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>GPU memory as stacked areas over time, one panel a policy on shared axes.</summary>
public static class MemoryOverTime
{
    public const string Name = "memory";
    private const double Gib = 1L << 30;

    private static readonly (string Words, int Style)[] Looks =
    [
        ("weights", Palette.Slate),
        ("runtime and graphs", Palette.Grey),
        ("activations, live", Palette.Purple),
        ("activations, idle", Palette.Rose),
        ("KV, live", Palette.Indigo),
        ("KV, allocated and idle", Palette.Cyan),
        ("cached prefixes, idle", Palette.Teal),
        ("free for KV", Palette.Pale),
        ("outside the engine's share", Palette.Sand),
    ];

    public static Figure Of(IReadOnlyList<PolicyMemory> policies)
    {
        (IReadOnlyList<PolicyMemory> kept, IReadOnlyList<string> notes) = Parts.First(policies, Parts.MaxPanels);
        double end = Parts.TimeEnd([.. kept.Select(p => (p.Policy, p.TimeS))], out IReadOnlyList<string> cut);
        (double unit, Axis time) = Parts.TimeAxis([end]);
        Panel One(PolicyMemory p)
        {
            int n = Parts.Until(p.TimeS, end);
            double[] x = Parts.Over(p.TimeS.AsSpan(0, n), unit);
            List<Mark> marks = [.. Series.StackedArea(x,
                [.. p.Layers.Select(l => (Looks[(int)l.Layer].Words, Looks[(int)l.Layer].Style, Parts.Over(l.Bytes.AsSpan(0, n), Gib)))],
                step: true)];
            if (p.HostBytes.Any(b => b > 0))
                marks.Add(
                    new Curve("KV in host memory", x, Parts.Over(p.HostBytes.AsSpan(0, n), Gib), CurveKind.Step,
                        Markers: false)
                    { Style = 1 });
            return new Panel(p.Policy, time, new Axis("memory (GiB)") { FromZero = true, Tight = true }, marks) { Zoomable = true };
        }
        bool wide = kept.Count > 1;
        return new Figure(Name, "GPU memory over time", [.. kept.Select(One)])
        {
            Columns = wide ? 2 : 1,
            SharedX = true,
            SharedY = true,
            Width = wide ? Figure.PageWidth : Figure.ColumnWidth,
            PanelHeight = wide ? 130 : 220,
            Notes = [.. notes, .. cut],
        };
    }
}
