using ELLM.Sim.Files;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Pictures;
using ELLM.Sim.Plots.Svg;

namespace ELLM.Sim.Plots.Report;

/// <summary>Adds <c>report.html</c> and the figures of <c>figures/</c> to a directory of results, from the files that are in it.</summary>
public static class ReportFiles
{
    public const string ReportName = "report.html";
    private const string Folder = "figures";
    private static readonly string[] Extensions = [".svg", ".png", ".webp"];

    /// <summary>Names of figures that some kind of directory has.</summary>
    public static IReadOnlyList<string> FigureNames => ResultPages.FigureNames;

    /// <summary>Writes the report and every figure; returns the path of the report.</summary>
    /// <param name="directory">What a command wrote with <c>--out</c>.</param>
    /// <param name="command">The command line that made the results; null: one is put together from the settings where that can be
    /// done.</param>
    /// <param name="pictures">Of this form beside the page, for other pages and slides; null: none.</param>
    /// <param name="undrawn">Told of pictures that cannot be drawn; null: they are an error, once all others are written.</param>
    /// <exception cref="InputException">Nothing to draw, or the directory cannot be written.</exception>
    public static string Write(string directory, string? command = null, PictureOptions? pictures = null, Action<string>? undrawn = null)
    {
        ReportContent page = ResultPages.Load(directory);
        string report = Path.Combine(directory, ReportName);
        FileReplacement.Write(report, HtmlReport.Render(page, command));
        foreach (Figure figure in page.Figures)
            FileReplacement.Write(FigurePath(directory, figure.Name), SvgRenderer.Render(figure));
        RemoveFigures(directory, FigureNames.Except(page.Figures.Select(f => f.Name)));
        try
        {
            if (pictures is not null)
                PictureFiles.Write(directory, page.Figures, pictures);
        }
        catch (InputException fault) when (undrawn is not null)
        {
            undrawn(fault.Message);
        }
        return report;
    }

    /// <summary>Writes one figure, or all of them, as pictures; returns their paths.</summary>
    /// <param name="name">One of <see cref="FigureNames"/>; null: all.</param>
    /// <exception cref="InputException">As for <see cref="Write"/>; the figures that can be drawn are written.</exception>
    public static IReadOnlyList<string> WritePictures(string directory, string? name, PictureOptions options) =>
        PictureFiles.Write(directory, Chosen(ResultPages.Load(directory), name), options);

    /// <summary>Removes what <see cref="Write"/> left: results that are made anew have no pictures yet.</summary>
    public static void Remove(string directory)
    {
        File.Delete(Path.Combine(directory, ReportName));
        RemoveFigures(directory, FigureNames);
    }

    /// <summary>A figure that belongs to no result directory, in a folder of its own choosing; returns its path.</summary>
    public static string WriteFigure(string folder, Figure figure)
    {
        string path = Path.Combine(folder, SvgRenderer.Id(figure.Name) + ".svg");
        FileReplacement.Write(path, SvgRenderer.Render(figure));
        return path;
    }

    /// <summary>The words of a command line as one line that a shell reads back.</summary>
    /// <param name="words">Without the program's name, and without what changes no result.</param>
    public static string CommandLine(IEnumerable<string> words) =>
        string.Join(' ', words.Select(w => Reproduce.Quoted(WithoutFolder(w))).Prepend("ellm"));

    /// <summary>Where a file lay says nothing about the run, and result files name no machine's folders.</summary>
    private static string WithoutFolder(string word)
    {
        int value = word.IndexOf('=', StringComparison.Ordinal) + 1;
        return Path.IsPathRooted(word[value..]) ? word[..value] + Path.GetFileName(word[value..]) : word;
    }

    /// <summary>Writes one figure, or all of them; returns their paths.</summary>
    /// <param name="name">One of <see cref="FigureNames"/>; null: all.</param>
    /// <param name="html">A page for each in place of an SVG file.</param>
    public static IReadOnlyList<string> WriteFigures(string directory, string? name, bool html)
    {
        ReportContent page = ResultPages.Load(directory);
        List<string> paths = [];
        foreach (Figure figure in Chosen(page, name))
        {
            string path = Path.ChangeExtension(FigurePath(directory, figure.Name), html ? ".html" : ".svg");
            FileReplacement.Write(path,
                html
                    ? HtmlReport.Render(page with { Title = figure.Title, Figures = [figure], Notes = [] }, command: null)
                    : SvgRenderer.Render(figure));
            paths.Add(path);
        }
        return paths;
    }

    private static Figure[] Chosen(ReportContent page, string? name)
    {
        Figure[] chosen = [.. page.Figures.Where(f => name is null || f.Name == name)];
        if (chosen.Length > 0)
            return chosen;
        throw new InputException(page.Notes.FirstOrDefault(s => name is null || s.StartsWith(name + ":", StringComparison.Ordinal))
            ?? $"figure {name}: expected one of {string.Join(", ", Expected(page))}");
    }

    private static void RemoveFigures(string directory, IEnumerable<string> names)
    {
        foreach (string path in names.Select(n => FigurePath(directory, n)))
        {
            foreach (string file in Extensions.Select(e => Path.ChangeExtension(path, e)).Where(File.Exists))
                File.Delete(file);
        }
    }

    private static IEnumerable<string> Expected(ReportContent page) =>
        FigureNames.Where(n => page.Figures.Any(f => f.Name == n) || page.Notes.Any(s => s.StartsWith(n + ":", StringComparison.Ordinal)));

    internal static string FigurePath(string directory, string name) => Path.Combine(directory, Folder, SvgRenderer.Id(name) + ".svg");
}
