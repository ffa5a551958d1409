using System.Text;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Plots.Svg;

namespace ELLM.Sim.Plots.Report;

/// <summary>Adds <c>report.html</c> and <c>figures/NAME.svg</c> to the directory of a run, from the files that are in it.</summary>
public static class ReportFiles
{
    public const string ReportName = "report.html";

    /// <summary>Writes the report and every figure; returns the path of the report.</summary>
    /// <param name="directory">What <c>replay --out</c> or <c>compare --out</c> wrote.</param>
    /// <param name="command">The command line that made the results; null: one is put together from the settings.</param>
    /// <exception cref="InputException">Nothing to draw, or the directory cannot be written.</exception>
    public static string Write(string directory, string? command = null)
    {
        IReadOnlyList<RunResult> runs = RunLoader.Load(directory);
        (IReadOnlyList<Figure> figures, IReadOnlyList<string> skipped) = RunFigures.Of(runs);
        string report = Path.Combine(directory, ReportName);
        Save(report, HtmlReport.Render(new ReportContent(Title(runs), runs, figures, skipped, command ?? Reproduce.Command(runs))));
        foreach (Figure figure in figures)
            Save(FigurePath(directory, figure), SvgRenderer.Render(figure));
        return report;
    }

    /// <summary>The words of a command line as one line that a shell reads back, without those that change no result.</summary>
    public static string CommandLine(IReadOnlyList<string> words)
    {
        List<string> kept = ["ellm"];
        for (int i = 0; i < words.Count; i++)
        {
            if (words[i] is "--out" or "--jobs" or "--format" or "--trace-events")
                i++;
            else if (words[i] is not ("--force" or "--quiet" or "-q" or "--verbose" or "-v" or "--no-report"))
                kept.Add(Reproduce.Quoted(WithoutFolder(words[i])));
        }
        return string.Join(' ', kept);
    }

    /// <summary>Where a file lay says nothing about the run, and result files name no machine's folders.</summary>
    private static string WithoutFolder(string word)
    {
        int value = word.IndexOf('=', StringComparison.Ordinal) + 1;
        return Path.IsPathRooted(word[value..]) ? word[..value] + Path.GetFileName(word[value..]) : word;
    }

    /// <summary>Writes one figure, or all of them; returns their paths.</summary>
    /// <param name="name">One of <see cref="RunFigures.Names"/>; null: all.</param>
    /// <param name="html">A page for each in place of an SVG file.</param>
    public static IReadOnlyList<string> WriteFigures(string directory, string? name, bool html)
    {
        IReadOnlyList<RunResult> runs = RunLoader.Load(directory);
        (IReadOnlyList<Figure> figures, IReadOnlyList<string> skipped) = RunFigures.Of(runs);
        Figure[] chosen = [.. figures.Where(f => name is null || f.Name == name)];
        if (chosen.Length == 0)
            throw new InputException(skipped.FirstOrDefault(s => name is null || s.StartsWith(name + ":", StringComparison.Ordinal)) ?? $"figure {name}: expected one of {string.Join(", ", RunFigures.Names)}");
        List<string> paths = [];
        foreach (Figure figure in chosen)
        {
            string path = Path.ChangeExtension(FigurePath(directory, figure), html ? ".html" : ".svg");
            Save(path, html ? HtmlReport.Render(new ReportContent(figure.Title, runs, [figure], [], Reproduce.Command(runs))) : SvgRenderer.Render(figure));
            paths.Add(path);
        }
        return paths;
    }

    private static string Title(IReadOnlyList<RunResult> runs)
    {
        string trace = runs.Select(r => r.Trace).FirstOrDefault(t => t.Length > 0) ?? "results";
        return runs.Count == 1 ? $"{trace}: {runs[0].Policy}" : $"{trace}: {runs.Count} memory policies compared";
    }

    private static string FigurePath(string directory, Figure figure) => Path.Combine(directory, "figures", SvgRenderer.Id(figure.Name) + ".svg");

    /// <summary>Complete or not there: a partial name first, then a rename.</summary>
    private static void Save(string path, string text)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            string partial = path + ".partial";
            File.WriteAllText(partial, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be written: {e.Message}", e);
        }
    }
}
