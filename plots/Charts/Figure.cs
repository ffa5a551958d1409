
namespace ELLM.Sim.Plots.Charts;

/// <summary>A picture that knows nothing of how it is drawn: a title, panels on a grid, a note below them.</summary>
/// <param name="Name">Short name: file name and anchor.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Panels">Row by row.</param>
public sealed record Figure(string Name, string Title, IReadOnlyList<Panel> Panels)
{
    /// <summary>A column of a two-column page; text is 11 of these units high.</summary>
    public const double ColumnWidth = 420;

    /// <summary>The full width of a page.</summary>
    public const double PageWidth = 860;

    public int Columns { get; init; } = 1;

    /// <summary>Panels have one x range; only the lowest of a column is labelled.</summary>
    public bool SharedX { get; init; }

    /// <summary>Panels have one y range; only the first of a row is labelled.</summary>
    public bool SharedY { get; init; }

    public double Width { get; init; } = ColumnWidth;

    public double PanelHeight { get; init; } = 180;

    /// <summary>Said below the picture: definitions, what was left out.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>One pair of axes.</summary>
public sealed record Panel(string Title, Axis X, Axis Y, IReadOnlyList<Mark> Marks)
{
    public IReadOnlyList<Reference> References { get; init; } = [];

    public IReadOnlyList<Annotation> Annotations { get; init; } = [];

    /// <summary>X is time: a reader may want to look closer at a part of it.</summary>
    public bool Zoomable { get; init; }
}

public enum Scale
{
    Linear,

    /// <summary>Values at or below zero are not drawn, and the figure says how many.</summary>
    Log,
}

/// <summary>An axis before its range is known.</summary>
/// <param name="Label">Quantity and unit: <c>TTFT (s)</c>.</param>
public sealed record Axis(string Label)
{
    public Scale Scale { get; init; }

    /// <summary>Fixed ends; otherwise the data decides.</summary>
    public double? Min { get; init; }

    public double? Max { get; init; }

    /// <summary>The range starts at zero.</summary>
    public bool FromZero { get; init; }

    /// <summary>The range ends where the data ends, not at a tick.</summary>
    public bool Tight { get; init; }

    /// <summary>Names of the positions 0, 1, 2, ... in place of numbers. On y the first is at the top.</summary>
    public IReadOnlyList<string>? Categories { get; init; }
}

/// <summary>Something drawn from data.</summary>
/// <param name="Name">Its entry in the legend; marks of one name share colour, and are shown and hidden together.</param>
public abstract record Mark(string Name)
{
    /// <summary>Place in the palette; otherwise the order of names in the figure.</summary>
    public int? Style { get; init; }

    public bool InLegend { get; init; } = true;
}

public enum CurveKind
{
    Line,

    /// <summary>The value holds until the next point.</summary>
    Step,

    /// <summary>Markers alone.</summary>
    Points,
}

/// <summary>Points in order, joined or not. A non-finite value is a gap.</summary>
/// <param name="Markers">Markers tell the curve from others without colour; a fit through marked points needs none.</param>
public sealed record Curve(string Name, double[] X, double[] Y, CurveKind Kind = CurveKind.Line, bool Markers = true) : Mark(Name);

/// <summary>Vertical error bars.</summary>
public sealed record ErrorBars(string Name, double[] X, double[] Low, double[] High) : Mark(Name);

/// <summary>The area between two curves: a confidence band, or one layer of a stack.</summary>
/// <param name="Solid">A layer of a stack, in a fill colour; otherwise a pale band.</param>
/// <param name="Step">Values hold until the next point.</param>
public sealed record Band(string Name, double[] X, double[] Low, double[] High, bool Solid, bool Step) : Mark(Name);

/// <summary>Rectangles: bars, parts of stacked bars, bins of a histogram.</summary>
/// <param name="TextBeside">Texts stand right of their boxes where there is room.</param>
public sealed record Boxes(string Name, IReadOnlyList<Box> Items, bool TextBeside = false) : Mark(Name);

/// <param name="Text">Written inside where there is room; empty: nothing.</param>
/// <param name="Tip">What it stands for, in words.</param>
public readonly record struct Box(double X0, double X1, double Y0, double Y1, string Text, string Tip);

/// <summary>A heat map on two category axes: <c>Values[row][column]</c>.</summary>
public sealed record Cells(string Name, double[][] Values) : Mark(Name);

/// <summary>A line across the panel at a value of one axis.</summary>
public sealed record Reference(double Value, bool Vertical, string Label);

/// <summary>Words beside a point.</summary>
public sealed record Annotation(double X, double Y, string Text);
