using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Where requests spent their time: the time ledger as stacked bars, of all requests and of the slowest 1 %.</summary>
public static class TimeLedger
{
    public const string Name = "ledger";

    /// <summary>Terms below this share of every bar are left out of the picture.</summary>
    private const double Negligible = 0.0005;

    private static readonly int[] Styles =
    [
        Palette.Rose, Palette.Sand, Palette.Cyan, Palette.Indigo, Palette.Purple,
        Palette.Grey, Palette.Olive, Palette.Teal, Palette.Slate, Palette.Wine, Palette.Green,
    ];

    public static Figure Of(IReadOnlyList<PolicyLedger> policies)
    {
        (IReadOnlyList<PolicyLedger> kept, IReadOnlyList<string> notes) = Parts.First(policies, Parts.MaxRows);
        IReadOnlyList<string> terms = kept.Count > 0 ? kept[0].Terms : [];
        int[] shown = [.. Enumerable.Range(0, terms.Count).Where(t => kept.Any(p => Matters(p.MeanS, t) || Matters(p.SlowestMeanS, t)))];
        Panel One(string title, Func<PolicyLedger, double[]> values)
        {
            string[] rows = [.. kept.Select(p => $"{p.Policy}, {Parts.Seconds(values(p).Sum())}")];
            double Share(PolicyLedger p, int term) => values(p).Sum() is > 0 and double whole ? 100 * values(p)[term] / whole : 0;
            return new Panel(title, new Axis("share of end-to-end time (%)") { Min = 0, Max = 100 }, new Axis("") { Categories = rows },
                [.. Series.StackedBars(rows,
                    [.. shown.Select(
                        t => (terms[t].Replace('_', ' '), Styles[t % Styles.Length], kept.Select(p => Share(p, t)).ToArray()))],
                        v => Parts.Percent(v / 100))]);
        }
        return new Figure(Name, "Where the time went",
            [One("All finished requests", p => p.MeanS), One("The slowest 1 % by end-to-end latency", p => p.SlowestMeanS)])
        {
            Columns = 2,
            Width = Figure.PageWidth,
            PanelHeight = Parts.RowsHeight(kept.Count),
            Notes = [.. notes, "Beside each name: the mean end-to-end latency that the bar divides up."],
        };
    }

    private static bool Matters(double[] values, int term) => values[term] > Negligible * values.Sum();
}
