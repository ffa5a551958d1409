using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>What became of the KV memory that was taken, a stacked bar a policy.</summary>
public static class WasteSplit
{
    public const string Name = "waste";

    public static Figure Of(IReadOnlyList<PolicyWaste> policies)
    {
        (IReadOnlyList<PolicyWaste> kept, IReadOnlyList<string> notes) = Parts.First(policies, Parts.MaxRows);
        string[] names = [.. kept.Select(p => p.Policy)];
        Panel panel = new("", new Axis("share of KV memory (%)") { Min = 0, Max = 100 }, new Axis("") { Categories = names },
            [.. Series.StackedBars(names,
            [
                ("useful", Palette.Indigo, [.. kept.Select(p => p.Useful * 100)]),
                ("reserved for later", Palette.Cyan, [.. kept.Select(p => p.Reserved * 100)]),
                ("never used (internal)", Palette.Sand, [.. kept.Select(p => p.Internal * 100)]),
                ("unusable (external)", Palette.Rose, [.. kept.Select(p => p.External * 100)]),
            ], v => Parts.Percent(v / 100))]);
        return new Figure(Name, "What KV memory was used for", [panel])
        {
            PanelHeight = Parts.RowsHeight(kept.Count),
            Notes = [.. notes, "Time-weighted shares of the capacity less memory that was free while nobody waited for it."],
        };
    }
}
