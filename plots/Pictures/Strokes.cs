using System.Globalization;
using ScottPlot;
using Palette = ELLM.Sim.Plots.Charts.Palette;

namespace ELLM.Sim.Plots.Pictures;

/// <summary>Dashes and markers of a style, the same as in the page.</summary>
internal static class Strokes
{
    public const float LineWidth = 1.6f, MarkerWidth = 1.3f, MarkerSize = 6;

    private static readonly LinePattern[] Dashes = [.. Palette.Dashes.Select(Pattern)];

    private static readonly MarkerShape[] Shapes =
    [
        MarkerShape.OpenCircle, MarkerShape.OpenSquare, MarkerShape.OpenTriangleUp, MarkerShape.OpenDiamond,
        MarkerShape.Eks, MarkerShape.Cross, MarkerShape.OpenTriangleDown, MarkerShape.Asterisk,
    ];

    public static LinePattern Reference { get; } = Pattern("5 3");

    public static LinePattern Dash(int style) => Dashes[style % Dashes.Length];

    public static MarkerShape Marker(int style) => Shapes[Palette.Marker(style)];

    private static LinePattern Pattern(string dashes) => dashes.Length == 0
        ? LinePattern.Solid
        : new LinePattern([.. dashes.Split(' ').Select(d => float.Parse(d, CultureInfo.InvariantCulture))], 0, dashes);
}
