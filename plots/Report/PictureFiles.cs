using ELLM.Sim.Files;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Pictures;

namespace ELLM.Sim.Plots.Report;

/// <summary>Writes figures as <c>figures/NAME.png</c> or <c>.webp</c>.</summary>
internal static class PictureFiles
{
    /// <summary>All that can be drawn are written; returns their paths.</summary>
    /// <exception cref="InputException">One line that names those that cannot, and why the first of them cannot.</exception>
    public static IReadOnlyList<string> Write(string directory, IReadOnlyList<Figure> figures, PictureOptions options)
    {
        List<string> paths = [];
        List<InputException> faults = [];
        foreach (Figure figure in figures)
        {
            string path = Path.ChangeExtension(ReportFiles.FigurePath(directory, figure.Name), options.Extension);
            try
            {
                byte[] pixels = Drawn(figure, options);
                FileReplacement.Write(path, file => file.Write(pixels));
                paths.Add(path);
            }
            catch (InputException fault)
            {
                faults.Add(fault);
            }
        }
        return faults.Count == 0 ? paths : throw new InputException(faults.Count == 1
            ? faults[0].Message
            : $"{faults[0].Message} (and {faults.Count - 1} more of {figures.Count} figures are not drawn)");
    }

    /// <summary>Skia is native code: a system that it is not built for has no pictures, and everything else.</summary>
    private static byte[] Drawn(Figure figure, PictureOptions options)
    {
        try
        {
            return PictureRenderer.Render(figure, options);
        }
        catch (Exception e) when (IsMissing(e))
        {
            throw new InputException(
                "pictures: not drawn: Skia, the library that draws them, is not here for this system; svg and html need none", e);
        }
    }

    private static bool IsMissing(Exception e) =>
        e is DllNotFoundException or FileNotFoundException || (e.InnerException is { } inner && IsMissing(inner));
}
