using System.CommandLine;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Experiments.Planning;
using ELLM.Sim.Experiments;
using ELLM.Sim.Hardware;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm plan</c>: the cheapest deployment that meets the objectives at the trace's rate.</summary>
internal static class PlanCommand
{
    /// <summary>One policy of each kind an engine runs today: unified budget, stall-free chunks, elastic memory.</summary>
    private const string DefaultPolicies = "vllm-v1,sarathi,ellm";

    public static Command Create(Terminal terminal)
    {
        Argument<string> trace = TraceArgument.Create();
        Option<string[]> policies = PolicyNames.Option(DefaultPolicies);
        GoalOptions goal = new();
        Option<string?> gpus = RunOptions.Text("--gpu", "A,B,C|all", "GPUs to consider (default: all with a price).", () => GpuCatalog.Names)
            .Also("--gpus").In(HelpGroups.Deployment);
        Option<string?> tps = RunOptions.Text("--tp", "N,M", "Tensor-parallel ranks to consider (default 1,2,4,8).")
            .Also("--tps", "--tensor-parallel-size").In(HelpGroups.Deployment);
        Option<string?> most = RunOptions.Text("--max-gpus", "N", "Most GPUs of a deployment (default 16).").In(HelpGroups.Deployment);
        Option<string?> top = RunOptions.Text("--top", "N", "Deployments to show (default 10); files hold all.").KeepingResults();
        Option<string?> jobs = CommonOptions.Jobs();
        Option<bool> noReport = CommonOptions.NoReport();
        RunOptions run = new();
        Command command = new("plan", "Rank the cheapest deployments that meet the latency objectives at the trace's rate.") { trace, policies, gpus, tps, most };
        command.WithExamples(
            "ellm plan trace.csv --slo ttft=2s,tpot=100ms",
            "ellm plan azure-chat --rate 40 --limit 5000 --slo ttft=1s,tpot=50ms --gpus h100,h200 --max-gpus 32 --price h100=2.50");
        goal.AddTo(command);
        command.Options.Add(top);
        command.Options.Add(jobs);
        command.Options.Add(noReport);
        run.AddTo(command, judged: false, "--gpu", "--tp");
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                PlanOptions plan = new(
                    Gpus(parsed.GetValue(gpus) ?? "all"), Tps(parsed.GetValue(tps)), Values.Count("--max-gpus", parsed.GetValue(most)) ?? 16);
                int threads = Values.Count("--jobs", parsed.GetValue(jobs)) ?? Environment.ProcessorCount;
                terminal.Quiet = run.Quiet(parsed);
                IReadOnlyList<RunConfig> configs = run.Bind(parsed, PolicyNames.Parse(parsed.GetValue(policies)!));
                PlanStudy Study(IWorkload workload) => new(workload, goal.Of(parsed), goal.Prices(parsed), plan);
                int shown = Values.Count("--top", parsed.GetValue(top)) ?? 10;
                return Run(terminal, run, parsed, parsed.GetValue(trace)!, configs, Study, goal, plan.Gpus.Count * plan.Tps.Count * configs.Count, threads, shown, cancel);
            },
            CancellationToken.None));
        return command;
    }

    private static int Run(
        Terminal terminal, RunOptions run, ParseResult parsed, string traceName, IReadOnlyList<RunConfig> configs, Func<IWorkload, PlanStudy> study, GoalOptions goal,
        int kinds, int jobs, int top, CancellationToken cancel)
    {
        (CapacityGoal target, GpuPrices prices) = (goal.Of(parsed), goal.Prices(parsed));
        string? directory = run.Out(parsed);
        using IDisposable? claim = directory is null ? null : RunDirectory.Claim(directory, run.Force(parsed));
        (IWorkload workload, TraceLoadReport? loaded) = Traces.LoadWorkload(traceName, run.Reading(parsed));
        Talk.Trace(terminal, loaded, run.Verbose(parsed));
        double rate = workload.OriginalRatePerS;
        IReadOnlyList<PlanRow> rows = terminal.WithProgress("deployments", kinds, progress =>
            study(workload).Run(configs, rate, run.Simulating(parsed, cancel) with { Progress = progress }, jobs));
        foreach (string warning in PlanTable.Warnings(rows))
            terminal.Warn(warning);
        if (rows.FirstOrDefault(r => r.Reason is null) is { } best && workload.Count / best.Replicas < 100)
            terminal.Warn($"{Words.Count(workload.Count / best.Replicas)} requests a replica are few: a longer trace says more");
        switch (run.Format(parsed))
        {
            case "csv":
                terminal.Out.Write(Output.Text(s => PlanFiles.WriteCsv(s, rows)));
                break;
            case "json":
                terminal.Out.Write(Output.Text(s => PlanFiles.WriteJson(s, rows, workload, target, prices)));
                break;
            default:
                PlanTable.Write(terminal.Tables(run.Format(parsed)), rows, workload, target, rate, top);
                break;
        }
        terminal.Out.Flush();
        if (directory is not null)
        {
            Reports.RemoveOld(directory);
            RunDirectory.Write(directory, run.Force(parsed), PlanFiles.Of(rows, workload, target, prices, terminal.Said));
            if (!parsed.GetValue<bool>("--no-report") && Reports.Draw(terminal, directory, parsed) is string page)
                terminal.Say($"report in {page}");
        }
        return ExitCode.Done;
    }

    private static IReadOnlyList<string> Gpus(string list)
    {
        if (list == "all")
            return GpuCatalog.Names;
        string[] given = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string[] names = [.. given.Select(GpuCatalog.NameOf)];
        if (names.Length == 0 || names.Distinct(StringComparer.Ordinal).Count() != names.Length)
            throw new InputException($"--gpus {list}: expected names separated by commas, each once; known: {string.Join(", ", GpuCatalog.Names)}");
        foreach (string name in names)
            GpuCatalog.Load(name);
        return names;
    }

    private static IReadOnlyList<int> Tps(string? list)
    {
        if (list is null)
            return PlanOptions.DefaultTps;
        int[] ranks = [.. list.Split(',', StringSplitOptions.TrimEntries).Select(part => Values.Count("--tps", part)!.Value)];
        return ranks.Distinct().Count() == ranks.Length ? ranks : throw new InputException($"--tps {list}: a number is named twice");
    }
}
