using System.CommandLine;
using System.Globalization;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm capacity</c>: the highest rate at which a policy still meets its objectives.</summary>
internal static class CapacityCommand
{
    /// <summary>Replays of one search for each of its draws, about: for the progress bar.</summary>
    private const int TypicalRates = 6;

    public static Command Create(Terminal terminal)
    {
        Argument<string> trace = TraceArgument.Create();
        Option<string[]> policies = PolicyNames.Option();
        GoalOptions goal = new();
        Option<string?> tolerance = RunOptions.Text("--tolerance", "SHARE", "Stop when the rate is known to this share (default 0.01).");
        Option<string?> jobs = CommonOptions.Jobs();
        Option<bool> finite = new("--finite") { Description = "Judge runs as long as the trace instead of a steady load, as papers do." };
        Option<bool> noReport = CommonOptions.NoReport();
        RunOptions run = new();
        Command command = new("capacity", "Find the highest rate at which each policy meets the latency objectives.") { trace, policies };
        command.WithExamples(
            "ellm capacity                                    # highest rate of every policy on the shipped chat trace",
            "ellm capacity trace.csv --policies vllm-v1,ellm --slo ttft=2s,tpot=100ms --attainment 0.99",
            "ellm capacity azure-chat --limit 5000 --price h100=2.50 --gpu h100 --out runs/capacity",
            "ellm capacity trace.csv --finite                 # as papers measure: of runs that end with the trace");
        goal.AddTo(command);
        command.Options.Add(finite);
        command.Options.Add(tolerance);
        command.Options.Add(jobs);
        command.Options.Add(noReport);
        run.AddTo(command, judged: false);
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                CapacityGoal asked = goal.Of(parsed, parsed.GetValue(finite)) with
                {
                    Tolerance = Values.Positive("--tolerance", parsed.GetValue(tolerance)) ?? 0.01,
                };
                int threads = Values.Count("--jobs", parsed.GetValue(jobs)) ?? Environment.ProcessorCount;
                return Run(terminal, run, parsed, parsed.GetValue(trace)!, PolicyNames.Parse(parsed.GetValue(policies)!), asked, goal.Prices(parsed), threads, cancel);
            },
            CancellationToken.None));
        return command;
    }

    private static int Run(
        Terminal terminal, RunOptions run, ParseResult parsed, string traceName, IReadOnlyList<string> policies, CapacityGoal goal, GpuPrices prices, int jobs, CancellationToken cancel)
    {
        terminal.Quiet = run.Quiet(parsed);
        goal.Check();
        IReadOnlyList<RunConfig> configs = run.Bind(parsed, policies);
        string? directory = run.Out(parsed);
        using IDisposable? claim = directory is null ? null : RunDirectory.Claim(directory, run.Force(parsed));
        TraceReadOptions reading = run.Reading(parsed);
        (IWorkload workload, TraceLoadReport? loaded) = Traces.LoadWorkload(traceName, reading);
        Talk.Trace(terminal, loaded, run.Verbose(parsed));
        IReadOnlyList<CapacityResult> results = terminal.WithProgress("replays", configs.Count * goal.Draws * TypicalRates, progress =>
            new CapacityStudy(workload, goal, prices).Run(configs, reading.RatePerSecond, run.Simulating(parsed, cancel) with { Progress = progress }, jobs));
        foreach (CapacityResult result in results)
        {
            foreach (string warning in result.Warnings)
                terminal.Warn(warning);
            if (result.Reason is not null)
                terminal.Warn($"{result.Label.Policy}: {result.Reason}");
        }
        if (goal.Finite)
        {
            int runs = results.Sum(r => r.Bracket?.Tested.Count ?? 0) * goal.Draws;
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{runs} runs of {workload.Count} requests"));
        }
        switch (run.Format(parsed))
        {
            case "csv":
                terminal.Out.Write(Output.Text(s => CapacityFiles.WriteCsv(s, results)));
                break;
            case "json":
                terminal.Out.Write(Output.Text(s => CapacityFiles.WriteJson(s, results, workload, prices)));
                break;
            default:
                CapacityTable.Write(terminal.Tables(run.Format(parsed)), results, workload, prices);
                break;
        }
        terminal.Out.Flush();
        if (directory is not null)
        {
            Reports.RemoveOld(directory);
            RunDirectory.Write(directory, run.Force(parsed), CapacityFiles.Of(results, workload, prices, terminal.Said));
            if (!parsed.GetValue<bool>("--no-report") && Reports.Draw(terminal, directory, parsed) is string page)
                terminal.Say($"report in {page}");
        }
        return ExitCode.Done;
    }
}
