using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload;
using Trace = ELLM.Sim.Workload.Trace;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm replay</c>: one trace, one policy, all result files.</summary>
internal static class ReplayCommand
{
    /// <summary>
    /// The report reads its rows back from the files, and an oracle takes as long as the run: beyond this many requests a replay would
    /// spend most of its time on them.
    /// </summary>
    private const int MostReported = 200_000;

    public static Command Create(Terminal terminal)
    {
        Argument<string> trace = TraceArgument.Create();
        Option<string?> policy = RunOptions.Text("--policy", "NAME|FILE", "Memory policy (default vllm).", () => PresetCatalog.Names);
        Option<string?> events = RunOptions.Text("--trace-events", "FILE", "Write iterations and requests as trace events, for Perfetto or Chrome's trace viewer.").KeepingResults();
        RunOptions run = new(tables: true);
        Command command = new("replay", "Replay a trace under one policy and write every result file.") { trace, policy, events };
        command.WithExamples(
            "ellm replay trace.csv --policy vllm",
            "ellm replay chat --policy sarathi --model qwen3-32b --gpu h100 --tp 2 --out runs/sarathi --force");
        run.AddTo(command);
        command.SetAction((parsed, cancel) => Task.Run(
            () => Run(terminal, run, parsed, parsed.GetValue(trace)!, parsed.GetValue(policy) ?? "vllm", parsed.GetValue(events), cancel), CancellationToken.None));
        return command;
    }

    private static int Run(Terminal terminal, RunOptions run, ParseResult parsed, string traceName, string policy, string? events, CancellationToken cancel)
    {
        terminal.Quiet = run.Quiet(parsed);
        double? required = run.RequiredShare(parsed);
        RunConfig config = run.Bind(parsed, policy);
        bool parquet = run.WantsParquet(parsed);
        string directory = run.Out(parsed) ?? Reports.DefaultDirectory(terminal, traceName, config.Preset);
        using IDisposable claim = RunDirectory.Claim(directory, run.Force(parsed));

        long start = Stopwatch.GetTimestamp();
        (Trace trace, TraceLoadReport? loaded) = Traces.Load(traceName, run.Reading(parsed));
        Talk.Trace(terminal, loaded, run.Verbose(parsed));
        long read = Stopwatch.GetTimestamp();
        TraceEvents? recorder = events is null ? null : new TraceEvents();
        bool reported = trace.Count <= MostReported;
        RunReport Simulate(RequestBlocks? blocks)
        {
            RunReport ran = terminal.WithProgress("requests", trace.Count, progress =>
            {
                SimulationOptions options = run.Simulating(parsed, cancel);
                Task<Summary?>? oracle = reported && run.Oracles(parsed) ? Task.Run(() => Oracle.Run(config, trace, options)) : null;
                RunReport one = RunReport.Run(config, trace, options with { Progress = progress, Observer = recorder, Blocks = blocks });
                return oracle is null ? one : one.ScoredBy(oracle.GetAwaiter().GetResult());
            });
            Talk.Warnings(terminal, [ran]);
            if (run.Verbose(parsed))
                Talk.Details(terminal, ran);
            terminal.Say(string.Create(CultureInfo.InvariantCulture,
                $"read in {Stopwatch.GetElapsedTime(start, read).TotalSeconds:0.00} s, simulated in {Stopwatch.GetElapsedTime(read).TotalSeconds:0.00} s"));
            Output.Write(terminal, run.Format(parsed), [ran], trace, run.Verbose(parsed));
            terminal.Out.Flush();
            Reports.RemoveOld(directory);
            return ran;
        }
        // Parquet is made from the whole table: nothing can be written before the end.
        RunReport report = parquet ? Simulate(null) : RunFiles.WriteBeside(directory, run.Force(parsed), trace, terminal.Said, Simulate);
        if (parquet)
            RunDirectory.Write(directory, run.Force(parsed), ParquetFiles.Beside(RunFiles.Of(report, trace, terminal.Said)));
        recorder?.Save(events!);
        string page = !reported
            ? $", no report beyond {MostReported:N0} requests unless asked: ellm plot {directory}"
            : Reports.Draw(terminal, directory, parsed, pictures: run.Out(parsed) is not null) is string drawn ? $", report in {drawn}"
                : "";
        terminal.Say($"results in {directory}{page}");
        return RunOptions.ExitCodeOf(required, [report]);
    }
}
