using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Colocation;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Models;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload;
using Trace = ELLM.Sim.Workload.Trace;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm colocate</c>: several models on the same GPUs, their KV memory split or shared.</summary>
internal static class ColocateCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string?> trace = new("TRACE")
        {
            Description = "A trace with a model column: a file, a shipped trace or a workload preset. Left out: the models' own requests.",
            HelpName = "TRACE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> models = RunOptions.Text("--models", "NAME|FILE", "Which models there are: a model map, or a JSON file of that form.", () => ModelMaps.Names);
        Option<string?> gpus = RunOptions.Text("--gpus", "N", "GPUs to share (default: the fewest that hold all models).");
        Option<string?> policies = RunOptions.Text("--policies", "A,B|all", "static-split, kvcached, shared-blocks (default: all).", () => [.. ColocationPolicy.All.Select(p => p.Name)]);
        Option<string?> engine = RunOptions.Text("--engine", "POLICY", "Policy whose scheduler every engine runs (default vllm-v1).", () => PresetCatalog.Names);
        Option<string?> jobs = CommonOptions.Jobs();
        RunOptions run = new();
        Command command = new("colocate", "Several models on the same GPUs: KV memory split between them, or shared page by page.") { trace, models, gpus, policies, engine, jobs };
        command.WithExamples(
            "ellm colocate                                    # three models, loads that rise one after the other",
            "ellm colocate prism-arena --limit 1500 --rate 20 # 27 models on the fewest GPUs that hold them",
            "ellm colocate trace.csv --models my-models.json --gpus 2 --policies static-split,kvcached",
            "ellm colocate --set colocation.page_choice=fullest --set colocation.split=load");
        run.AddTo(command, except: ["--model", "--tp", "--compat"]);
        command.SetAction((parsed, cancel) => Task.Run(
            () => Run(terminal, run, parsed, new Choices(
                parsed.GetValue(trace), parsed.GetValue(models), parsed.GetValue(gpus), parsed.GetValue(policies), parsed.GetValue(engine), parsed.GetValue(jobs)), cancel),
            CancellationToken.None));
        return command;
    }

    private sealed record Choices(string? Trace, string? Models, string? Gpus, string? Policies, string? Engine, string? Jobs);

    private static int Run(Terminal terminal, RunOptions run, ParseResult parsed, Choices choices, CancellationToken cancel)
    {
        terminal.Quiet = run.Quiet(parsed);
        double? required = run.RequiredShare(parsed);
        int threads = Values.Count("--jobs", choices.Jobs) ?? Environment.ProcessorCount;
        int? gpus = Values.Count("--gpus", choices.Gpus);
        ColocationPolicy[] policies = Policies(choices.Policies);
        (ColocationSpec spec, IReadOnlyList<Assignment> others) = ColocationKeys.Take(run.Assignments(parsed));
        RunConfig config = ConfigBinder.Bind(PresetCatalog.Load(choices.Engine ?? "vllm-v1"), others);
        string? directory = run.Out(parsed);
        using IDisposable? claim = directory is null ? null : RunDirectory.Claim(directory, run.Force(parsed));

        (ModelMap map, ModelRequests requests) = Load(terminal, choices, run.Reading(parsed), run.Verbose(parsed));
        ColocationPlan plan = ColocationPlan.Make(config, spec, map, requests, gpus);
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<ColocationReport> reports = terminal.WithProgress("requests", requests.Trace.Count * policies.Length, progress =>
        {
            // One counter for runs side by side would jump: progress is told only when there is one run.
            SimulationOptions options = run.Simulating(parsed, cancel) with { Progress = policies.Length == 1 ? progress : null };
            return ColocationRun.Run(plan, policies, options, threads, keepRecords: directory is not null);
        });
        terminal.Say(string.Create(CultureInfo.InvariantCulture, $"simulated in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s"));
        if (run.Verbose(parsed))
        {
            foreach (string line in ColocationTable.Memory(plan))
                terminal.Say(line);
        }
        Write(terminal, run.Format(parsed), plan, reports);
        terminal.Out.Flush();
        if (directory is not null)
            RunDirectory.Write(directory, run.Force(parsed), ColocationFiles.Of(plan, reports, terminal.Said));
        return required is double share && reports.Any(r => !(r.Total.SloAttainment >= share)) ? ExitCode.ObjectiveMissed : ExitCode.Done;
    }

    /// <summary>The map and the requests: the map's own, or those of a trace under the map that is named or fits it.</summary>
    private static (ModelMap Map, ModelRequests Requests) Load(Terminal terminal, Choices choices, TraceReadOptions reading, bool verbose)
    {
        ModelMap? map = choices.Models is string name ? ModelMaps.Load(name) : null;
        if (choices.Trace is null)
        {
            map ??= ModelMaps.Load(ModelMaps.Default);
            return (map, ModelRequests.OfMap(map, reading));
        }
        (Trace trace, TraceLoadReport? report) = Traces.Load(choices.Trace, reading);
        Talk.Trace(terminal, report, verbose);
        map ??= report?.Schema == "PR" || choices.Trace == ModelMaps.Prism ? ModelMaps.Load(ModelMaps.Prism) : OfCatalog(trace);
        return (map, ModelRequests.OfTrace(trace, map));
    }

    private static ModelMap OfCatalog(Trace trace)
    {
        if (trace.Models is not { } models)
            return ModelMaps.OfCatalogNames([]);
        for (int i = 0; i < models.Names.Count; i++)
        {
            if (!ModelCatalog.Names.Contains(models.Names[i]))
            {
                throw new InputException(
                    $"{trace.Name}{models.PlaceOf(i)}: expected a model of the catalog, or --models FILE to say what serves it, found '{models.Names[i]}'");
            }
        }
        return ModelMaps.OfCatalogNames(models.Names);
    }

    private static ColocationPolicy[] Policies(string? list)
    {
        if (list is null or "all")
            return [.. ColocationPolicy.All];
        string[] names = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0)
            throw new InputException($"--policies: expected names separated by commas or all; known: {string.Join(", ", ColocationPolicy.All.Select(p => p.Name))}");
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Length)
            throw new InputException($"--policies {list}: a policy is named twice");
        return Array.ConvertAll(names, ColocationPolicy.Find);
    }

    private static void Write(Terminal terminal, string format, ColocationPlan plan, IReadOnlyList<ColocationReport> reports)
    {
        switch (format)
        {
            case "csv":
                terminal.Out.Write(Output.Text(s => ColocationFiles.WriteCsv(s, reports)));
                break;
            case "json":
                terminal.Out.Write(Output.Text(s => ColocationFiles.WriteJson(s, plan, reports)));
                break;
            default:
                ColocationTable.Write(terminal.Tables(format), plan, reports);
                break;
        }
    }
}
