using System.CommandLine;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Plots.Report;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm plot</c>: the report and the figures of a directory of results.</summary>
internal static class PlotCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> directory = new("DIR") { Description = "Directory that replay, compare, sweep, capacity or plan wrote." };
        Option<string?> figure = new("--figure") { Description = "Draw this figure alone.", HelpName = "NAME" };
        figure.CompletionSources.Add(_ => ReportFiles.FigureNames.Select(n => new System.CommandLine.Completions.CompletionItem(n)));
        Option<string?> format = new("--format") { Description = "svg or html. Default: report.html and an SVG file a figure." };
        format.AcceptOnlyFromAmong("svg", "html");
        Command command = new("plot", "Draw a report and figures from result files.") { directory, figure, format };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(directory)!;
            string? name = parsed.GetValue(figure), form = parsed.GetValue(format);
            IReadOnlyList<string> written = name is null && form != "svg"
                ? [ReportFiles.Write(path)]
                : ReportFiles.WriteFigures(path, name, html: form == "html");
            foreach (string file in written)
                terminal.Out.Write(file + "\n");
            return ExitCode.Done;
        });
        return command;
    }
}
