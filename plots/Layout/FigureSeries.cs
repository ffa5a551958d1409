using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Layout;

/// <summary>The series of a figure: a name has one place, and so one colour, dash and marker, in all panels.</summary>
internal sealed class FigureSeries
{
    private const string Unknown = "#DDDDDD";
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    public FigureSeries(Figure figure)
    {
        Mark[] marks = [.. figure.Panels.SelectMany(p => p.Marks)];
        foreach (Mark mark in marks)
            _places.TryAdd(mark.Name, _places.Count);
        Cells[] cells = [.. marks.OfType<Cells>()];
        CellName = cells.Length == 0 ? "" : cells[0].Name;
        double[] values = [.. cells.SelectMany(c => c.Values).SelectMany(r => r).Where(v => AxisRange.Drawable(v, Scale.Linear))];
        (LowestCell, HighestCell) = values.Length == 0 ? (0, 0) : (values.Min(), values.Max());
    }

    /// <summary>What the heat maps of the figure show.</summary>
    public string CellName { get; }

    public double LowestCell { get; }

    public double HighestCell { get; }

    /// <summary>Order of names in the figure.</summary>
    public int Place(Mark mark) => _places[mark.Name];

    /// <summary>Place in the palette.</summary>
    public int Style(Mark mark) => mark.Style ?? Place(mark);

    /// <summary>Values of a heat map with the digits that its largest value has: small ones are next to nothing on its scale.</summary>
    public string CellText(double value) => HighestCell > 0
        ? Ticks.Short(Math.Round(value, Math.Clamp(2 - Ticks.Decade(HighestCell), 0, 15)))
        : Ticks.Short(value);

    /// <summary>Colour and words of one value of a heat map.</summary>
    public (string Colour, bool Bright, string Text) Cell(double value)
    {
        if (!AxisRange.Drawable(value, Scale.Linear))
            return (Unknown, true, "–");
        double share = HighestCell > LowestCell ? (value - LowestCell) / (HighestCell - LowestCell) : 0.5;
        (string colour, bool bright) = Palette.Heat(share);
        return (colour, bright, CellText(value));
    }
}
