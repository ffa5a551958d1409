using System.CommandLine.Completions;
using System.CommandLine;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Experiments.Sweeps.Results;
using ELLM.Sim.Experiments.Sweeps;

namespace ELLM.Sim.Cli.Commands.Sweep;

/// <summary><c>ellm sweep</c>: every point of an experiment file, here or on a cluster's queue.</summary>
internal static class SweepCommand
{
    /// <summary>Where queues put the index of a task: Slurm's job arrays, Kubernetes' Indexed Jobs.</summary>
    private static readonly string[] IndexVariables = ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"];

    public static Command Create(Terminal terminal)
    {
        Argument<string?> file = new("FILE")
        {
            Description = "An experiment file, or a shipped experiment; with --axis: a trace.",
            HelpName = "FILE",
            Arity = ArgumentArity.ZeroOrOne,
        };
        file.CompletionSources.Add(_ => Experiment.Names.Select(n => new CompletionItem(n)));
        Option<string?> directory = CommonOptions.Out("DIR", "Result directory (default: runs/NAME). One that holds part of the same experiment is completed.");
        Option<string?> jobs = CommonOptions.Jobs("Points");
        Option<string?> memory = RunOptions.Text("--memory", "GIB", "Memory to stay within: fewer points at a time when it is short.");
        Option<string?> most = RunOptions.Text("--max-points", "N", $"Refuse experiments with more points (default {Experiment.DefaultMaxPoints}).");
        Option<bool> resume = new("--resume") { Description = "Go on from the directory's journal: the default." };
        Option<bool> force = CommonOptions.Force("Start over, whatever the directory holds of a sweep.");
        Option<string?> shard = RunOptions.Text("--shard", "I/N", "Run every N-th point from I on; I from 0.");
        Option<string?> shards = RunOptions.Text("--shards", "N", "The same with I from SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX; with --slurm or --k8s: tasks to ask for.");
        Option<string> format = CommonOptions.Format("Form of the groups on stdout.", "table", "csv");
        Option<bool> noReport = CommonOptions.NoReport();
        Option<bool> quiet = CommonOptions.Quiet();
        PolicyAssemblyOption assembly = new();
        QueueOptions queue = new(assembly);
        AxisOptions axes = new();
        Command command = new("sweep", "Run every point of an experiment file; killed at any instant, the same command goes on.") { file };
        command.WithExamples(
            "ellm sweep policies-vs-rate                       # a shipped experiment, into runs/policies-vs-rate",
            "ellm sweep chat --axis rate=2,4,8 --axis policy=vllm,ellm --set limit=500",
            "ellm sweep mine.json --out runs/mine --jobs 8 --memory 16",
            "ellm sweep mine.json --out /shared/mine --slurm --shards 64 --partition cpu --time 01:00:00",
            "ellm sweep mine.json --shards 64 --k8s --image registry/ellm > job.yaml");
        foreach (Option option in new Option[] { directory, jobs, memory, most, resume, force, shard, shards, assembly.Option, format, noReport, quiet })
            command.Options.Add(option);
        axes.AddTo(command);
        queue.AddTo(command);
        command.Subcommands.Add(SweepMergeCommand.Create(terminal));
        command.Subcommands.Add(SweepStatusCommand.Create(terminal));
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                terminal.Quiet = parsed.GetValue(quiet);
                string? name = parsed.GetValue(file);
                assembly.Load(parsed);
                int points = Values.Count("--max-points", parsed.GetValue(most)) ?? Experiment.DefaultMaxPoints;
                Experiment? ofAxes = axes.Of(parsed, name, points);
                Experiment experiment = ofAxes ?? Experiment.Load(name ?? throw Nothing(), points);
                int? count = Values.Count("--shards", parsed.GetValue(shards));
                double? gib = Values.Positive("--memory", parsed.GetValue(memory));
                int? threads = Values.Count("--jobs", parsed.GetValue(jobs));
                string path = parsed.GetValue(directory) ?? Path.Combine(terminal.ResultsFolder, FileNames.Of(experiment.Spec.Name));
                if (queue.Asked(parsed))
                {
                    return ofAxes is null ? queue.Submit(terminal, parsed, experiment, name!, path, count, threads, gib)
                        : throw new InputException("sweep: tasks of a queue read an experiment file, not --axis");
                }
                SweepRun run = new(terminal, experiment, path)
                {
                    Shard = Shard.Choose(parsed.GetValue(shard), count, QueueIndices()),
                    Jobs = threads ?? DefaultJobs(),
                    MemoryGib = gib,
                    Force = parsed.GetValue(force),
                    Format = parsed.GetValue(format)!,
                    Draw = !parsed.GetValue(noReport),
                };
                return run.Run(cancel);
            },
            CancellationToken.None));
        return command;
    }

    private static InputException Nothing() =>
        new($"sweep: expected an experiment file, one of {string.Join(", ", Experiment.Names)}, or axes such as --axis rate=2,4,8");

    private static IReadOnlyList<(string Variable, string? Value)> QueueIndices() =>
        [.. IndexVariables.Select(name => (name, Environment.GetEnvironmentVariable(name)))];

    /// <summary>What a queue gave, where one did: a site without cgroups shows a task every core of the node.</summary>
    private static int DefaultJobs() =>
        int.TryParse(Environment.GetEnvironmentVariable("SLURM_CPUS_PER_TASK"), out int given) && given > 0 ? given : Environment.ProcessorCount;
}
