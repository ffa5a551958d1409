using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Layout;
using ScottPlot;
using SkiaSharp;

namespace ELLM.Sim.Plots.Pictures;

/// <summary>Draws a figure as pixels with ScottPlot: what people paste and print.</summary>
/// <remarks>
/// The page and the pictures draw one description: the same thinned series, axes, palette, and placing of words
/// (<see cref="FigureLayout"/>). Nothing else in the program touches Skia, so that a run without pictures does not load it.
/// </remarks>
public static class PictureRenderer
{
    /// <summary>Pixels of a unit of the figure: words of 10 units are 14 pixels high.</summary>
    private const double PixelsPerUnit = 1.4;

    /// <summary>Units; below it a panel's words are taller than its data.</summary>
    private const double LowestPanel = 70, NarrowestPanel = 40;

    /// <summary>The bytes of the file.</summary>
    /// <exception cref="InputException">The figure cannot be drawn at that size.</exception>
    public static byte[] Render(Figure figure, PictureOptions options)
    {
        BundledFont.Install();
        Figure thin = Thinning.Apply(figure);
        FigureLayout layout = LayoutOf(thin, options);
        PictureTheme theme = options.Dark ? PictureTheme.DarkPage : PictureTheme.Light;
        int height = Math.Max(options.Height, (int)Math.Ceiling(layout.Height * PixelsPerUnit));
        using SKSurface surface = SKSurface.Create(new SKImageInfo(options.Width, height, SKColorType.Rgba8888, SKAlphaType.Premul))
            ?? throw new InputException($"figure {figure.Name}: {options.Width} x {height} pixels do not fit into memory");
        surface.Canvas.Clear(theme.Paper.ToSKColor());
        surface.Canvas.Scale((float)PixelsPerUnit);
        new PictureSheet(surface.Canvas, theme, new FigureSeries(thin)).Draw(layout);
        using SKImage image = surface.Snapshot();
        using SKPixmap pixels = image.PeekPixels();
        using SKData? data = options.Format == PictureFormat.WebP
            ? pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 60))
            : pixels.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, 9));
        return data?.ToArray() ?? throw new InputException($"figure {figure.Name}: {options.Width} x {height} pixels could not be encoded");
    }

    /// <summary>The plots of a figure, as they are drawn.</summary>
    internal static IReadOnlyList<Plot> Plots(Figure figure, PictureOptions options)
    {
        BundledFont.Install();
        Figure thin = Thinning.Apply(figure);
        FigureSeries series = new(thin);
        return [.. LayoutOf(thin, options).Panels.Select(p => PanelPlot.Of(p, series, PictureTheme.Light))];
    }

    /// <summary>Panels as high as the picture has room for; the axes span what they span in the page.</summary>
    private static FigureLayout LayoutOf(Figure thin, PictureOptions options)
    {
        FigureAxes axes = FigureAxes.Of(thin);
        int columns = Math.Max(1, Math.Min(thin.Columns, thin.Panels.Count)), rows =
            Math.Max(1, (thin.Panels.Count + columns - 1) / columns);
        Figure sized = thin with { Width = options.Width / PixelsPerUnit, PanelHeight = 0 };
        double words = new FigureLayout(sized, axes).Height;
        double room = ((options.Height / PixelsPerUnit) - words) / rows;
        FigureLayout layout = new(sized with { PanelHeight = Math.Max(LowestPanel, Math.Floor(room)) }, axes);
        if (layout.Panels.Any(p => p.Plot.Width <= NarrowestPanel))
            throw new InputException($"figure {thin.Name}: {columns} columns of panels do not fit {options.Width} pixels");
        return layout;
    }
}
