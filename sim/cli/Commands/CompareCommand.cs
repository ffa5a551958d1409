using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Workload;
using Trace = ELLM.Sim.Workload.Trace;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm compare</c>: one trace, several policies, side by side.</summary>
internal static class CompareCommand
{
    /// <summary>Requests times policies up to which a report is drawn unasked: more would take longer than the runs.</summary>
    private const int MostReported = 200_000;

    /// <summary>Runs when no trace is named, at <see cref="DefaultRatePerS"/>: on it the policies differ in steady state.</summary>
    private const string DefaultWorkload = "servegen-deepseek-r1";

    private const double DefaultRatePerS = 1;

    public static Command Create(Terminal terminal)
    {
        Argument<string> trace = TraceArgument.Create(DefaultWorkload);
        Option<string[]> policies = PolicyNames.Option();
        Option<string?> jobs = CommonOptions.Jobs();
        Option<bool> noReport = CommonOptions.NoReport();
        RunOptions run = new(tables: true);
        FleetComparison fleet = new();
        Command command = new("compare", "Replay a trace under several memory policies, side by side.") { trace, policies, jobs, noReport };
        command.WithExamples(
            "ellm compare",
            "ellm compare trace.csv.gz --policies orca-max,vllm --rate 4 --limit 10000",
            "ellm compare --slo ttft=500ms,tpot=50ms --format csv > summary.csv",
            "ellm compare --fleet two-kinds",
            "ellm compare --set policy.overflow=swap --set memory.kv_blocks=2588 --policies vllm");
        run.AddTo(command);
        fleet.AddTo(command);
        command.SetAction((parsed, cancel) => Task.Run(
            () => fleet.Wanted(parsed, parsed.GetValue(trace)!)
                ? Fleet(terminal, run, fleet, parsed, trace, policies, parsed.GetValue(jobs), cancel)
                : Run(terminal, run, parsed, parsed.GetValue(trace)!, Reading(run, parsed, trace), parsed.GetValue(policies)!, parsed.GetValue(jobs), !parsed.GetValue(noReport), cancel), CancellationToken.None));
        return command;
    }

    private static int Fleet(
        Terminal terminal, RunOptions run, FleetComparison fleet, ParseResult parsed, Argument<string> trace, Option<string[]> policies,
        string? jobs, CancellationToken cancel)
    {
        terminal.Quiet = run.Quiet(parsed);
        int threads = Values.Count("--jobs", jobs) ?? Environment.ProcessorCount;
        string? named = parsed.GetResult(trace) is { Implicit: false } ? parsed.GetValue(trace) : null;
        string[]? chosen = parsed.GetResult(policies) is { Implicit: false } ? parsed.GetValue(policies) : null;
        return fleet.Run(terminal, run, parsed, named, chosen, threads, cancel);
    }

    /// <summary>How the trace is read: that of no name at its own rate, unless one is stated.</summary>
    private static TraceReadOptions Reading(RunOptions run, ParseResult parsed, Argument<string> trace)
    {
        TraceReadOptions reading = run.Reading(parsed);
        bool named = parsed.GetResult(trace) is { Tokens.Count: > 0 };
        return named || reading.RatePerSecond is not null ? reading : reading with { RatePerSecond = DefaultRatePerS };
    }

    private static int Run(
        Terminal terminal, RunOptions run, ParseResult parsed, string traceName, TraceReadOptions reading, string[] policies, string? jobs,
        bool draw, CancellationToken cancel)
    {
        terminal.Quiet = run.Quiet(parsed);
        double? required = run.RequiredShare(parsed);
        int threads = Values.Count("--jobs", jobs) ?? Environment.ProcessorCount;
        IReadOnlyList<RunConfig> configs = Oracle.WithRoomOfAll(run.Bind(parsed, PolicyNames.Parse(policies)));
        Talk.Renamed(terminal, policies);
        string? directory = run.Out(parsed);
        bool parquet = run.WantsParquet(parsed);
        using IDisposable? claim = directory is null ? null : RunDirectory.Claim(directory, run.Force(parsed));

        long start = Stopwatch.GetTimestamp();
        (Trace trace, TraceLoadReport? loaded) = Traces.Load(traceName, reading);
        Talk.Trace(terminal, loaded, run.Verbose(parsed));
        long read = Stopwatch.GetTimestamp();
        // Unasked for, the page alone is drawn; when quiet no line would tell of it, and data is for programs.
        bool unasked = directory is null && draw && terminal.DrawsReports && !terminal.Quiet && run.Format(parsed) == "table" && (long)trace.Count * configs.Count <= MostReported;
        bool oracles = run.Oracles(parsed);
        int runs = configs.Count + (oracles ? Oracle.Beside(configs).Count : 0);
        IReadOnlyList<RunReport> reports = terminal.WithProgress("requests", trace.Count * runs, progress =>
        {
            SimulationOptions options = run.Simulating(parsed, cancel) with { Progress = progress };
            return Compare.Run(configs, trace, options, threads, keepRecords: directory is not null || unasked, oracles);
        });
        Talk.Warnings(terminal, reports);
        if (run.Verbose(parsed))
        {
            foreach (RunReport report in reports)
                Talk.Details(terminal, report);
        }
        terminal.Say(string.Create(CultureInfo.InvariantCulture,
            $"read in {Stopwatch.GetElapsedTime(start, read).TotalSeconds:0.00} s, simulated in {Stopwatch.GetElapsedTime(read).TotalSeconds:0.00} s"));
        Output.Write(terminal, run.Format(parsed), reports, trace, run.Verbose(parsed));
        terminal.Out.Flush();
        if (unasked)
            DrawUnasked(terminal, parsed, traceName, RunFiles.Of(reports, trace, terminal.Said));
        if (directory is not null)
        {
            Reports.RemoveOld(directory);
            IReadOnlyList<(string, Action<Stream>)> files = RunFiles.Of(reports, trace, terminal.Said);
            RunDirectory.Write(directory, run.Force(parsed), parquet ? ParquetFiles.Beside(files) : files);
            if (draw && Reports.Draw(terminal, directory, parsed) is string page)
                terminal.Say($"report in {page}");
        }
        return RunOptions.ExitCodeOf(required, reports);
    }

    private static void DrawUnasked(
        Terminal terminal, ParseResult parsed, string trace, IReadOnlyList<(string Name, Action<Stream> Write)> files)
    {
        string directory = Reports.DefaultDirectory(terminal, trace, "compare");
        if (Reports.DrawAlone(terminal, directory, parsed, files) is string page)
            terminal.Say($"report in {page} (--out DIR keeps the results too, --no-report draws none)");
    }
}
