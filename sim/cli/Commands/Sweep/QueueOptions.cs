using System.CommandLine;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Experiments.Sweeps;
using ELLM.Sim.Experiments.Sweeps.Queues;
using ELLM.Sim.Experiments.Sweeps.Results;

namespace ELLM.Sim.Cli.Commands.Sweep;

/// <summary>The options that hand a sweep to a cluster's queue, and what they do.</summary>
/// <param name="assembly">Tasks load what this process was told to.</param>
internal sealed class QueueOptions(PolicyAssemblyOption assembly)
{
    private readonly Option<bool> _slurm = new(
        "--slurm")
    { Description = "Submit a Slurm job array, a task for each of --shards, and a job that joins them." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "With --slurm: print the batch script instead." };
    private readonly Option<string?> _partition = RunOptions.Text("--partition", "NAME", "Slurm partition.");
    private readonly Option<string?> _time = RunOptions.Text("--time", "LIMIT", "Slurm time limit of a task, such as 01:00:00.");
    private readonly Option<string?> _concurrent = RunOptions.Text("--concurrent", "N", "Tasks at a time.");
    private readonly Option<string[]> _sbatch = new(
        "--sbatch")
    { Description = "Further option of sbatch, such as --sbatch=--account=mine.", HelpName = "OPTION" };
    private readonly Option<bool> _k8s = new("--k8s") { Description = "Print the manifest of a Kubernetes Indexed Job." };
    private readonly Option<string?> _image =
        RunOptions.Text("--image", "IMAGE", "With --k8s: image with ellm as its entry point (default: ellm).");
    private readonly Option<string?> _claim =
        RunOptions.Text("--claim", "NAME", "With --k8s: ReadWriteMany claim for /sweep (default: ellm-sweep).");

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _slurm, _dryRun, _partition, _time, _concurrent, _sbatch, _k8s, _image, _claim })
            command.Options.Add(option.In(HelpGroups.Queues));
    }

    public bool Asked(ParseResult parsed) => parsed.GetValue(_slurm) || parsed.GetValue(_k8s);

    /// <param name="file">The experiment as the user named it.</param>
    public int Submit(
        Terminal terminal, ParseResult parsed, Experiment experiment, string file, string directory, int? shards, int? jobs,
        double? memoryGib)
    {
        if (parsed.GetValue(_slurm) && parsed.GetValue(_k8s))
            throw new InputException("--slurm and --k8s: expected one of them, found both");
        SweepJob job = new(experiment.Spec.Name, shards ?? DefaultShards(experiment), jobs ?? 1, memoryGib,
            Values.Count("--concurrent", parsed.GetValue(_concurrent)));
        if (job.Shards > Shard.MaxCount)
            throw new InputException($"--shards: expected 1 to {Shard.MaxCount}, found {job.Shards}");
        if (parsed.GetValue(_k8s))
        {
            job = job with { PolicyAssemblies = [.. assembly.Paths(parsed).Select(InVolume)] };
            string experimentFile = File.Exists(file) ? InVolume(file) : file;
            terminal.Out.Write(
                KubernetesJob.Manifest(job, parsed.GetValue(_image) ?? "ellm", parsed.GetValue(_claim) ?? "ellm-sweep", experimentFile));
            return ExitCode.Done;
        }
        job = job with { PolicyAssemblies = [.. assembly.Paths(parsed).Select(Path.GetFullPath)] };
        SlurmOptions slurm = new(parsed.GetValue(_partition), parsed.GetValue(_time), parsed.GetValue(_sbatch) ?? []);
        SlurmSubmission submission = new(job, slurm, File.Exists(file) ? Path.GetFullPath(file) : file, Path.GetFullPath(directory));
        if (parsed.GetValue(_dryRun))
            terminal.Out.Write(submission.Script);
        else
            submission.Submit(terminal, SweepPlan.Of(experiment));
        return ExitCode.Done;
    }

    private static string InVolume(string file) => "/sweep/" + Path.GetFileName(file);

    /// <summary>A shard should run for minutes: queues start a task every few seconds and want hundreds of them, not thousands.</summary>
    private static int DefaultShards(Experiment experiment) => Math.Clamp(experiment.Points.Count / 16, 1, 1000);
}
