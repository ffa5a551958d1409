using System.CommandLine;
using System.Globalization;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Experiments;
using ELLM.Sim.Files;
using ELLM.Sim.Kernels;
using ELLM.Sim.Kernels.Backends;
using ELLM.Sim.Kernels.Driver;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Kernels.Suites;

namespace ELLM.Sim.Cli.Commands.Calibrate;

/// <summary><c>ellm calibrate measure</c>: every sample to a CSV.</summary>
internal static class MeasureCommand
{
    private const double DefaultMinutes = 8;

    public static Command Create(Terminal terminal)
    {
        Option<string?> suites =
            RunOptions.Text("--suites", "A,B", $"Suites, separated by commas (default: {string.Join(',', SuiteCatalog.Names)}).",
                () => [.. SuiteCatalog.Names]);
        Option<string?> minutes = RunOptions.Text("--minutes", "M", "Time to spend at most (default 8).");
        Option<string?> seed = RunOptions.Text("--seed", "N", "Seed of the order and the data (default 1).");
        Option<string?> device = DeviceOption.Create();
        Option<string> backend = new("--backend")
        {
            Description = "Who compiles the kernels: ilgpu, ptx (the driver), or auto: ilgpu where it runs and agrees.",
            DefaultValueFactory = _ => "auto",
        };
        backend.AcceptOnlyFromAmong("auto", "ilgpu", "ptx");
        ResultFile file = new("The raw file (default calibration-raw.csv).");
        Command command = new("measure", "Time memory management, copies and kernels on a CUDA device.") { suites, minutes, seed, device,
            backend };
        command.WithExamples(
            "ellm calibrate measure --minutes 8 --out raw.csv",
            "ellm calibrate measure --suites vmm,copy --minutes 2");
        file.AddTo(command);
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                string path = file.Path(parsed, "calibration-raw.csv");
                double spend = Values.Positive("--minutes", parsed.GetValue(minutes)) ?? DefaultMinutes;
                MeasureOptions options = new(TimeSpan.FromMinutes(Math.Min(spend, 24 * 60)), Values.Seed(parsed.GetValue(seed)) ?? 1);
                string[] names = parsed.GetValue(suites)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    ?? [.. SuiteCatalog.Names];
                int ordinal = DeviceOption.Of(parsed.GetValue(device));
                BackendChoice choice = Enum.Parse<BackendChoice>(parsed.GetValue(backend)!, ignoreCase: true);
                return CalibrateCommand.WithDriver(
                    driver => Run(terminal, driver, ordinal, choice, [.. names.Distinct(StringComparer.Ordinal)], options, path, cancel));
            },
            CancellationToken.None));
        return command;
    }

    private static int Run(
        Terminal terminal, ICudaDriver driver, int ordinal, BackendChoice choice, string[] suites, MeasureOptions options, string path,
        CancellationToken cancel)
    {
        using MeasuringDevice device = MeasuringDevice.Open(driver, ordinal, choice, terminal.Say);
        string name = device.Session.Facts.Name;
        terminal.Say(
            string.Create(CultureInfo.InvariantCulture, $"measuring {name} for at most {options.Budget.TotalMinutes:0.##} minutes"));
        RawFile raw = Measurement.Run(
            device.Session, _ => device.Kernels(), new HostClock(), suites, options, $"ellm {RunReport.Version}",
            new Progress(terminal), _ => device.OtherKernels(), cancel);
        FileReplacement.Write(path, raw.ToText());
        if (raw["run.backends"].Length > 0)
            terminal.Say(raw["run.backends"]);
        if (raw["run.skipped"].Length > 0)
            terminal.Warn($"left out for want of device memory: {raw["run.skipped"]}");
        if (raw["run.flags"].Length > 0)
            terminal.Warn("the time was spent before every median was known to 2 %: give --minutes more, or fewer --suites");
        terminal.Say(
            string.Create(CultureInfo.InvariantCulture,
                $"{raw.Samples.Count} samples in {raw["run.rounds"]} rounds; now: ellm calibrate fit {path}"));
        return ExitCode.Done;
    }

    /// <summary>A line a round, so that a log stays readable.</summary>
    private sealed class Progress(Terminal terminal) : IProgress<MeasureProgress>
    {
        private int _round;

        public void Report(MeasureProgress value)
        {
            if (value.Round == _round)
                return;
            _round = value.Round;
            terminal.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"round {value.Round}: {value.Settled} of {value.Points} points settled, at most {value.LeftSeconds / 60:0.0} minutes left"));
        }
    }
}
