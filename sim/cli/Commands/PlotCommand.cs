using System.CommandLine;
using System.Globalization;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Plots.Pictures;
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
        Option<string?> format = new(
            "--format")
        { Description = "svg, html, png or webp. Default: report.html, and an SVG and a PNG file a figure." };
        format.AcceptOnlyFromAmong("svg", "html", "png", "webp");
        Option<string> theme = new("--theme") { Description = "Of png and webp: light or dark.", DefaultValueFactory = _ => "light" };
        theme.AcceptOnlyFromAmong("light", "dark");
        Option<string?> size = RunOptions.Text("--size", "WxH", "Of png and webp, pixels (default 1200x700).");
        Command command = new("plot", "Draw a report and figures from result files.") { directory, figure, format, theme, size };
        command.WithExamples(
            "ellm plot runs/policies-vs-rate                   # report.html and a figure each",
            "ellm plot runs/second --figure memory");
        command.SetAction(parsed =>
        {
            PictureOptions options = Options(parsed.GetValue(format), parsed.GetValue(theme) == "dark", parsed.GetValue(size));
            foreach (string file in Written(parsed.GetValue(directory)!, parsed.GetValue(figure), parsed.GetValue(format), options))
                terminal.Out.Write(file + "\n");
            return ExitCode.Done;
        });
        return command;
    }

    private static IReadOnlyList<string> Written(string directory, string? figure, string? format, PictureOptions options) =>
        (figure, format) switch
        {
            (_, "png" or "webp") => ReportFiles.WritePictures(directory, figure, options),
            (null, null) => [ReportFiles.Write(directory, pictures: options)],
            (null, "html") => [ReportFiles.Write(directory)],
            _ => ReportFiles.WriteFigures(directory, figure, html: format == "html"),
        };

    private static PictureOptions Options(string? format, bool dark, string? size)
    {
        PictureOptions options = new(format == "webp" ? PictureFormat.WebP : PictureFormat.Png, dark);
        if (size is null)
            return options;
        string[] sides = size.Split('x');
        return sides.Length == 2 && Side(sides[0]) is int width && Side(sides[1]) is int height
            ? options with { Width = width, Height = height }
            : throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"--size: expected WxH in pixels, each from {PictureOptions.Smallest} to {PictureOptions.Largest}, as 1200x700; found "
                    + $"'{size}'"));
    }

    private static int? Side(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int side)
        && side is >= PictureOptions.Smallest and <= PictureOptions.Largest ? side : null;
}
