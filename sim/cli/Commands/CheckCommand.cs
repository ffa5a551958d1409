using System.CommandLine.Completions;
using System.CommandLine;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Regression;
using ELLM.Sim.Experiments.Sweeps;
using ELLM.Sim.Experiments;
using ELLM.Sim.Files;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm check</c>: runs an experiment and fails when its results are not those of the baseline.</summary>
internal static class CheckCommand
{
    private sealed record Asked(
        string File, string? Baseline, bool Update, string[] Tolerances, string? JUnit, bool GitHub, string? Summary,
        string[] Set, int Jobs, bool Verbose);

    public static Command Create(Terminal terminal)
    {
        Argument<string> file = new("FILE") { Description = "Experiment file, or the name of a shipped experiment." };
        file.CompletionSources.Add(_ => Experiment.Names.Select(n => new CompletionItem(n)));
        Option<string?> baseline = RunOptions.Text(
            "--baseline", "FILE", "Baseline file (default: beside the experiment, X.baseline.json; of shipped-policies, the shipped one).");
        Option<bool> update = new("--update") { Description = "Write the baseline anew from this run." };
        Option<string[]> tolerance = new("--tolerance") { Description = "How far a metric may move: METRIC=1%, METRIC=0.05, METRIC=1%,worse; * for all. Default: not at all. --update keeps them.", HelpName = "METRIC=BOUND" };
        Option<string?> junit = RunOptions.Text("--junit", "FILE", "Write JUnit XML.");
        Option<bool> github = new("--github") { Description = "Print GitHub annotations (default: when GITHUB_ACTIONS is true)." };
        Option<string?> summary = RunOptions.Text(
            "--summary", "FILE", "Append what moved as Markdown (default: the job summary of GitHub Actions).");
        Option<string[]> set = new("--set") { Description = "Change a setting of every point, to see what the check says.", HelpName = "KEY=VALUE" };
        Option<string?> jobs = CommonOptions.Jobs();
        Option<bool> verbose = CommonOptions.Verbose("Every metric that moved, not only the first ones.");
        Option<bool> quiet = CommonOptions.Quiet();
        PolicyAssemblyOption assembly = new();
        Command command = new("check", "Run an experiment and compare every metric with a baseline.")
        {
            file, baseline, update, tolerance, junit, github, summary, set, jobs, verbose, quiet, assembly.Option,
        };
        command.WithExamples(
            "ellm check shipped-policies                      # does this program give the results of its release",
            "ellm check policies.json --update                # write policies.baseline.json",
            "ellm check policies.json --junit check.xml       # exit code 1 when a metric moved",
            "ellm check policies.json --tolerance ttft_p99_s=1%,worse");
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                terminal.Quiet = parsed.GetValue(quiet);
                assembly.Load(parsed);
                bool annotate = parsed.GetValue(github) || Environment.GetEnvironmentVariable("GITHUB_ACTIONS") == "true";
                Asked asked = new(
                    parsed.GetValue(file)!, parsed.GetValue(baseline), parsed.GetValue(update), parsed.GetValue(tolerance) ?? [], parsed.GetValue(junit), annotate,
                    parsed.GetValue(summary) ?? Environment.GetEnvironmentVariable("GITHUB_STEP_SUMMARY"),
                    parsed.GetValue(set) ?? [], Values.Count("--jobs", parsed.GetValue(jobs)) ?? Environment.ProcessorCount, parsed.GetValue(verbose));
                return Run(terminal, asked, cancel);
            },
            CancellationToken.None));
        return command;
    }

    private static int Run(Terminal terminal, Asked asked, CancellationToken cancel)
    {
        Experiment experiment = Experiment.Load(asked.File);
        string path = asked.Baseline ?? DefaultPath(asked.File);
        Baseline? before = asked.Update ? Former(terminal, path)
            : asked.Baseline is null && !File.Exists(path) && Experiment.Names.Contains(asked.File, StringComparer.OrdinalIgnoreCase)
                ? Baseline.Shipped(asked.File) ?? Baseline.Load(path)
                : Baseline.Load(path);
        Dictionary<string, Tolerance> tolerances = new(before?.Tolerances ?? new Dictionary<string, Tolerance>());
        foreach ((string metric, Tolerance bound) in asked.Tolerances.Select(Tolerance.Parse))
            tolerances[metric] = bound;
        Assignment[] changes = [.. asked.Set.Select(Assignment.Parse)];
        IReadOnlyList<RunConfig> changed = ConfigBinder.With(experiment.Points.Select(p => p.Config), changes);
        SweepPoint[] points = [.. experiment.Points.Select((p, i) => p with { Config = changed[i] })];
        PointRun[] runs = new PointRun[points.Length];
        SimulationOptions options = new(Cancel: cancel);
        terminal.WithProgress("points", points.Length, progress =>
        {
            int done = 0;
            SweepRunner.Run(points, asked.Jobs, options, run =>
            {
                runs[run.Point.Index] = run;
                progress.Report(++done);
            });
            return done;
        });
        Baseline now = BaselineMaker.Of(experiment, runs) with { Tolerances = tolerances };
        if (asked.Update)
        {
            now.Save(path);
            if (asked.JUnit is not null)
                WriteJUnit(asked.JUnit, now.Experiment, RegressionCheck.Compare(now, now, path, tolerances));
            terminal.Say($"{path}: baseline of {Words.Count(now.Points.Count)} points written");
            return ExitCode.Done;
        }
        IReadOnlyList<PointCheck> checks = RegressionCheck.Compare(before!, now, path, tolerances);
        if (asked.JUnit is not null)
            WriteJUnit(asked.JUnit, now.Experiment, checks);
        CheckTable.Write(terminal.Out, now.Experiment, checks, asked.Verbose);
        if (!string.IsNullOrEmpty(asked.Summary))
            CheckSummary.Append(asked.Summary, now.Experiment, checks);
        if (asked.GitHub)
            CheckTable.Annotate(terminal.Out, asked.File, checks);
        return checks.Any(c => c.Fails) ? ExitCode.ObjectiveMissed : ExitCode.Done;
    }

    /// <summary>For its tolerances; one that cannot be read is replaced.</summary>
    private static Baseline? Former(Terminal terminal, string path)
    {
        try
        {
            return File.Exists(path) ? Baseline.Load(path) : null;
        }
        catch (InputException e)
        {
            terminal.Warn($"{e.Message}: replaced, its tolerances are lost");
            return null;
        }
    }

    private static string DefaultPath(string file) =>
        file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? file[..^".json".Length] + ".baseline.json" : file + ".baseline.json";

    private static void WriteJUnit(string path, string experiment, IReadOnlyList<PointCheck> checks) =>
        FileReplacement.Write(path, stream => JUnitReport.Write(stream, experiment, checks), $"--junit {path}");
}
