using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Layout;

internal readonly record struct Rect(double X, double Y, double Width, double Height)
{
    public double Right => X + Width;

    public double Bottom => Y + Height;

    public bool Meets(Rect other) => X < other.Right && other.X < Right && Y < other.Bottom && other.Y < Bottom;
}

/// <summary>A label on an axis, placed: centre of the text along the axis, and the tick itself.</summary>
internal readonly record struct PlacedTick(double At, double TextAt, string Label);

/// <summary>Where a panel lies and what its axes say.</summary>
internal sealed record PanelFrame(Panel Panel, Rect Plot, AxisRange X, AxisRange Y)
{
    public required IReadOnlyList<PlacedTick> XTicks { get; init; }

    public required IReadOnlyList<PlacedTick> YTicks { get; init; }

    public required string XLabel { get; init; }

    public required string YLabel { get; init; }

    /// <summary>Left end of the tick labels and of the axis label.</summary>
    public required double Left { get; init; }

    /// <summary>A line of text, in units of the figure.</summary>
    public const double TextRow = 12;

    /// <summary>The panel's title, cut to what there is room for.</summary>
    public string Title => TextWidths.Fit(Panel.Title, FigureLayout.LabelSize, Plot.Right - Left, bold: true);

    public double TitleLeft => Math.Min(Plot.X, Plot.Right - TextWidths.Of(Title, FigureLayout.LabelSize, bold: true));

    public double XLabelMiddle => Math.Max(Plot.X + (Plot.Width / 2), Left + (TextWidths.Of(XLabel, FigureLayout.LabelSize) / 2));

    public double XLabelBase => Plot.Bottom + (XTicks.Any(t => t.Label.Length > 0) ? 28 : 14);

    /// <summary>Categories may be closer than a line of text: then only every n-th is named.</summary>
    public IEnumerable<PlacedTick> NamedYTicks
    {
        get
        {
            double step = YTicks.Count < 2 ? double.PositiveInfinity : Math.Abs(YTicks[1].At - YTicks[0].At);
            int stride = step >= TextRow ? 1 : (int)Math.Ceiling(TextRow / Math.Max(step, 0.01));
            return YTicks.Where((_, i) => i % stride == 0);
        }
    }

    /// <summary>The lines that have a place on the axes.</summary>
    public IEnumerable<Reference> References =>
        Panel.References.Where(r => AxisRange.Drawable(r.Value, r.Vertical ? X.Scale : Y.Scale));

    /// <summary>The words that have a place on the axes.</summary>
    public IEnumerable<Annotation> Annotations => Panel.Annotations.Where(a => Shows(a.X, a.Y));

    /// <summary>Where a value of a heat map lies.</summary>
    public Rect Cell(int row, int column)
    {
        double width = Plot.Width / Math.Max(1, Panel.X.Categories?.Count ?? 1);
        double height = Plot.Height / Math.Max(1, Panel.Y.Categories?.Count ?? 1);
        return new Rect(Plot.X + (column * width), Plot.Y + (row * height), width, height);
    }

    /// <summary>No mark has anything to draw.</summary>
    public bool IsEmpty => !Panel.Marks.Any(m => m is Cells or Curve { X.Length: > 0 } or Band { X.Length: > 0 }
        or Boxes { Items.Count: > 0 } or ErrorBars { X.Length: > 0 });

    /// <summary>Whether a point has a place on the axes.</summary>
    public bool Shows(double x, double y) => AxisRange.Drawable(x, X.Scale) && AxisRange.Drawable(y, Y.Scale);

    public double PixelX(double value) => Plot.X + (X.Share(value) * Plot.Width);

    /// <summary>Values grow upwards; categories are listed from the top.</summary>
    public double PixelY(double value) => Panel.Y.Categories is null
        ? Plot.Bottom - (Y.Share(value) * Plot.Height)
        : Plot.Y + (Y.Share(value) * Plot.Height);
}

internal sealed record LegendEntry(string Name, string Shown, int Series, double X, double Y, Mark Mark);
