using System.CommandLine;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Files;
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

    /// <summary>A new folder for results that were not asked for; null after a warning.</summary>
    public static string? TemporaryFolder(Terminal terminal)
    {
        try
        {
            return Directory.CreateTempSubdirectory("ellm-").FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            terminal.Warn($"no report: the temporary folder {Path.GetTempPath()} cannot be written: {e.Message}; --out DIR says where");
            return null;
        }
    }
}
