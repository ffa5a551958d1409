using System.Globalization;
using System.Text;

namespace ELLM.Sim.Experiments.Sweeps.Queues;

/// <summary>What Slurm is asked for beside the sweep.</summary>
/// <param name="Partition">Null: the default partition.</param>
/// <param name="Time">Limit of a task as sbatch takes it; null: the partition's default.</param>
/// <param name="Extra">Further options of sbatch, each whole: <c>--account=mine</c>.</param>
public sealed record SlurmOptions(string? Partition, string? Time, IReadOnlyList<string> Extra);

/// <summary>The batch script of a job array: one task a shard.</summary>
/// <remarks>
/// Tasks may be requeued: what is journalled is not run again, and the log of the first try is kept. TERM goes to the program a
/// minute before the time limit: it ends with a failure, so that the task does not count as done. The shell is replaced
/// (<c>exec</c>), or the signal would stop there.
/// </remarks>
public static class SlurmScript
{
    /// <param name="program">Words that start this program.</param>
    /// <param name="experiment">Path of the experiment file, absolute: tasks start elsewhere.</param>
    /// <param name="directory">Path of the result directory, absolute, on a file system that all nodes share.</param>
    public static string Array(SweepJob job, SlurmOptions slurm, IReadOnlyList<string> program, string experiment, string directory)
    {
        StringBuilder script = new("#!/bin/bash\n");
        void Ask(string option) => script.Append("#SBATCH ").Append(option).Append('\n');
        string concurrent = job.Concurrent is int most ? string.Create(CultureInfo.InvariantCulture, $"%{most}") : "";
        Ask($"--job-name={job.SafeName}");
        Ask(string.Create(CultureInfo.InvariantCulture, $"--array=0-{job.Shards - 1}{concurrent}"));
        Ask("--ntasks=1");
        Ask(string.Create(CultureInfo.InvariantCulture, $"--cpus-per-task={job.Jobs}"));
        foreach (string option in Common(job, slurm))
            Ask(option);
        Ask("--signal=B:TERM@60");
        Ask("--requeue");
        Ask("--open-mode=append");
        Ask($"--output={Quote(directory + "/log/%a.log")}");
        List<string> words =
        [
            .. program, "sweep", experiment, "--out", directory,
            "--shards", job.Shards.ToString(CultureInfo.InvariantCulture), "--jobs", job.Jobs.ToString(CultureInfo.InvariantCulture),
        ];
        if (job.MemoryGib is double gib)
            words.AddRange(["--memory", gib.ToString(CultureInfo.InvariantCulture)]);
        foreach (string assembly in job.PolicyAssemblies)
            words.AddRange(["--policy-assembly", assembly]);
        return script.Append("exec ").AppendJoin(' ', words.Select(Quote)).Append('\n').ToString();
    }

    /// <summary>Arguments of sbatch for the job that joins the shards when the array has ended, well or not: merge says what is
    /// missing.</summary>
    public static IReadOnlyList<string> Merge(
        SweepJob job, SlurmOptions slurm, IReadOnlyList<string> program, string directory, string arrayId) =>
    [
        "--parsable", $"--dependency=afterany:{arrayId}", $"--job-name={job.SafeName}-merge", "--ntasks=1", .. Common(job, slurm),
        $"--output={directory}/log/merge.log", "--wrap",
        "exec " + string.Join(' ', program.Concat(["sweep", "merge", directory]).Select(Quote)),
    ];

    /// <summary>A word as a shell reads it back.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=:%+,@".Contains(c, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static IEnumerable<string> Common(SweepJob job, SlurmOptions slurm)
    {
        if (job.MemoryMib is long mib)
            yield return string.Create(CultureInfo.InvariantCulture, $"--mem={mib}M");
        if (slurm.Partition is not null)
            yield return $"--partition={slurm.Partition}";
        if (slurm.Time is not null)
            yield return $"--time={slurm.Time}";
        foreach (string extra in slurm.Extra)
            yield return extra;
    }
}
