using System.CommandLine;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Files;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Fit;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Plots.Report;

namespace ELLM.Sim.Cli.Commands.Calibrate;

/// <summary><c>ellm calibrate fit</c>: from a raw file to a profile; no device needed.</summary>
internal static class FitCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> raw = new("RAW") { Description = "A raw file of 'ellm calibrate measure'.", HelpName = "RAW" };
        Option<string?> name = RunOptions.Text("--name", "NAME", "Name of the profile (default: the output file's).");
        Option<string?> below = RunOptions.Text("--base", "NAME|FILE", "Profile that fills what was not measured.", () => CalibrationCatalog.Names);
        ResultFile file = new("The profile (default calibration-profile.json).");
        Option<string?> figures = RunOptions.Text("--figures", "DIR", "Draw what was measured, the fits and their residuals there.");
        Command command = new("fit", "Fit a calibration profile to a raw file.") { raw, name, below, figures };
        command.WithExamples("ellm calibrate fit raw.csv --base h200 --out my-h200.json --figures fits");
        file.AddTo(command);
        command.SetAction(parsed =>
        {
            string path = file.Path(parsed, "calibration-profile.json");
            Run(terminal, parsed.GetValue(raw)!, parsed.GetValue(name) ?? Path.GetFileNameWithoutExtension(path), parsed.GetValue(below), path, parsed.GetValue(figures));
        });
        return command;
    }

    private static void Run(Terminal terminal, string rawPath, string name, string? below, string path, string? figures)
    {
        string text = FileGuard.Text(rawPath);
        RawFile raw = RawFile.Parse(rawPath, text);
        CalibrationProfile profile = ProfileFit.Fit(raw, RawFile.Sha256(text), name);
        if (below is not null)
            profile = ProfileMerge.Over(profile, CalibrationCatalog.Load(below));
        string json = CalibrationCatalog.ToJson(profile);
        CalibrationCatalog.Parse(path, json);
        FileReplacement.Write(path, json);
        if (profile.Run is { Flags.Count: > 0 } run)
            terminal.Warn($"flagged: {string.Join(", ", run.Flags)}");
        ProfileTable.Write(terminal.Out, profile);
        terminal.Say($"profile in {path}");
        if (figures is not null)
            Draw(terminal, figures, ProfileFit.Residuals(raw, profile));
    }

    private static void Draw(Terminal terminal, string folder, IReadOnlyList<OperationResiduals> operations)
    {
        CalibrationSeries[] series = [.. operations.Select(Series)];
        foreach (Figure figure in (Figure[])[CalibrationFit.Of(series), CalibrationFit.Residuals(series)])
            terminal.Say($"figure in {ReportFiles.WriteFigure(folder, figure)}");
    }

    private static CalibrationSeries Series(OperationResiduals operation)
    {
        FittedPoint[] points = [.. operation.Points.OrderBy(point => operation.BySize ? point.Mib : point.Key.Items)];
        return new CalibrationSeries(
            operation.Op,
            operation.BySize ? "size (MiB)" : "items a call",
            [.. points.Select(point => operation.BySize ? point.Mib : point.Key.Items)],
            [.. points.Select(point => point.MedianUs)],
            [.. points.Select(operation.FittedUs)]);
    }
}
