using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Where requests spent their time: the mean time ledger as stacked bars, of all requests and of the slowest 1 %.</summary>
public static class TimeLedger
{
    public const string Name = "ledger";

    /// <summary>Terms below this share of every bar are left out of the picture.</summary>
    private const double Negligible = 0.0005;

    private static readonly int[] Styles =
    [
        Palette.Rose, Palette.Sand, Palette.Cyan, Palette.Indigo, Palette.Purple,
        Palette.Grey, Palette.Olive, Palette.Teal, Palette.Wine, Palette.Green,
    ];

    public static Figure Of(IReadOnlyList<PolicyLedger> policies)
    {
        (IReadOnlyList<PolicyLedger> kept, IReadOnlyList<string> notes) = Parts.First(policies, Parts.MaxRows);
        string[] names = [.. kept.Select(p => p.Policy)];
        IReadOnlyList<string> terms = kept.Count > 0 ? kept[0].Terms : [];
        int[] shown = [.. Enumerable.Range(0, terms.Count).Where(t => kept.Any(p => Matters(p.MeanS, t) || Matters(p.SlowestMeanS, t)))];
        Panel One(string title, Func<PolicyLedger, double[]> values) => new(
            title, new Axis("mean seconds a request") { FromZero = true }, new Axis("") { Categories = names },
            [.. Series.StackedBars(names, [.. shown.Select(t => (terms[t].Replace('_', ' '), Styles[t % Styles.Length], kept.Select(p => values(p)[t]).ToArray()))], Parts.Seconds)]);
        return new Figure(Name, "Where the time went",
            [One("All finished requests", p => p.MeanS), One("The slowest 1 % by end-to-end latency", p => p.SlowestMeanS)])
        {
            Columns = 2,
            SharedY = true,
            Width = Figure.PageWidth,
            PanelHeight = Parts.RowsHeight(kept.Count),
            Notes = [.. notes, "The parts of a bar add up to the mean end-to-end latency. The two panels have their own scales."],
        };
    }

    private static bool Matters(double[] values, int term) => values[term] > Negligible * values.Sum();
}
