using System.CommandLine;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Files;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Plots.Pictures;
using ELLM.Sim.Plots.Report;

namespace ELLM.Sim.Cli.Commands;

/// <summary>Reports beside results. Results are worth more than their picture: a report that cannot be written costs a line.</summary>
internal static class Reports
{
    /// <summary>Draws the report of a result directory; returns its path, or null after a warning.</summary>
    /// <param name="parsed">The command line that made the results; null: the page puts one together.</param>
    /// <param name="pictures">Pictures of the figures beside the page.</param>
    public static string? Draw(Terminal terminal, string directory, ParseResult? parsed, bool pictures = true)
    {
        try
        {
            string? command = parsed is null ? null : CommandText.Of(parsed);
            return ReportFiles.Write(directory, command, pictures ? new PictureOptions() : null, terminal.Warn);
        }
        catch (InputException e)
        {
            terminal.Warn($"no report: {e.Message}");
            return null;
        }
    }

    /// <summary>Results that replace others have no report until one is drawn of them.</summary>
    public static void RemoveOld(string directory)
    {
        if (!Directory.Exists(directory))
            return;
        FileGuard.Writing($"output directory {directory}", () => ReportFiles.Remove(directory));
    }

    /// <summary>Where results go without <c>--out</c>: <c>runs/TRACE-WHAT</c>.</summary>
    /// <param name="trace">A trace as the user named it.</param>
    public static string DefaultDirectory(Terminal terminal, string trace, string what)
    {
        string name = trace == "-" ? "stdin" : Path.GetFileName(trace.TrimEnd('/', '\\'));
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return Path.Combine(terminal.ResultsFolder, FileNames.Of($"{(dot > 0 ? name[..dot] : name)}-{what}"));
    }

    /// <exception cref="InputException">There is none to write to.</exception>
    private static string TemporaryFolder()
    {
        try
        {
            return Directory.CreateTempSubdirectory("ellm-").FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"the temporary folder {Path.GetTempPath()} cannot be written: {e.Message}");
        }
    }

    /// <summary>The page alone, in place of the one before; the result files are gone when it is drawn.</summary>
    /// <returns>Its path, or null after a warning.</returns>
    public static string? DrawAlone(
        Terminal terminal, string directory, ParseResult parsed, IReadOnlyList<(string Name, Action<Stream> Write)> files)
    {
        string? work = null;
        try
        {
            work = TemporaryFolder();
            RunDirectory.Write(work, force: true, files);
            if (Draw(terminal, work, parsed, pictures: false) is not string drawn)
                return null;
            string page = Path.Combine(directory, ReportFiles.ReportName);
            FileReplacement.Write(page, File.ReadAllText(drawn));
            return page;
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            terminal.Warn($"no report: {e.Message}; --out DIR says where, --no-report draws none");
            return null;
        }
        finally
        {
            if (work is not null)
                Directory.Delete(work, recursive: true);
        }
    }
}
