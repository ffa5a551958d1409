using ScottPlot;
using Palette = ELLM.Sim.Plots.Charts.Palette;

namespace ELLM.Sim.Plots.Pictures;

/// <summary>The page's colours, light or dark.</summary>
internal sealed record PictureTheme(bool Dark, Color Paper, Color Ink, Color Soft, Color Grid)
{
    public static PictureTheme Light { get; } = new(
        Dark: false, Color.FromHex("#FFFFFF"), Color.FromHex("#222222"), Color.FromHex("#555555"), Color.FromHex("#E4E4E4"));

    public static PictureTheme DarkPage { get; } = new(
        Dark: true, Color.FromHex("#1B1F24"), Color.FromHex("#E6E8EA"), Color.FromHex("#A3AAB2"), Color.FromHex("#31373E"));

    public Color Line(int style) => Color.FromHex(Pick(Palette.Lines, style));

    public Color Fill(int style) => Color.FromHex(Pick(Palette.Fills, style));

    /// <summary>Of words on a fill.</summary>
    public Color OnFill(int style) => On(Palette.Bright(Pick(Palette.Fills, style)));

    /// <summary>Of words on a bright or a dark ground.</summary>
    public static Color On(bool bright) => Color.FromHex(bright ? "#111111" : "#FFFFFF");

    private string Pick(IReadOnlyList<(string Light, string Dark)> palette, int style)
    {
        (string light, string dark) = palette[style % palette.Count];
        return Dark ? dark : light;
    }
}
