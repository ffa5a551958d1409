using System.ComponentModel;
using System.Diagnostics;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Experiments.Sweeps.Queues;
using ELLM.Sim.Experiments.Sweeps.Results;
using ELLM.Sim.Files;

namespace ELLM.Sim.Cli.Commands.Sweep;

/// <summary>Hands a sweep to Slurm through its own client.</summary>
/// <param name="experiment">Absolute path of the file, or the name of a shipped experiment.</param>
/// <param name="directory">Absolute path of the result directory.</param>
internal sealed class SlurmSubmission(SweepJob job, SlurmOptions slurm, string experiment, string directory)
{
    public const string ScriptName = "sweep.sbatch";

    public string Script => SlurmScript.Array(job, slurm, Program(), experiment, directory);

    /// <exception cref="InputException">sbatch is not there or refuses: what it says.</exception>
    public void Submit(Terminal terminal, SweepPlan plan)
    {
        string script = Path.Combine(directory, "log", ScriptName);
        // Another experiment's directory is refused here, not in every task.
        SweepDirectory.Prepare(directory, plan);
        FileReplacement.Write(script, Script);
        string array = Sbatch(["--parsable", script]);
        string merge = Sbatch(SlurmScript.Merge(job, slurm, Program(), directory, array));
        terminal.Out.Write($"{array}\n");
        terminal.Say($"job array {array} of {job.Shards} tasks; job {merge} joins them; 'ellm sweep status {directory}' shows progress");
    }

    /// <summary>The job's id.</summary>
    private static string Sbatch(IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new("sbatch", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process sbatch = Process.Start(start)!;
            Task<string> said = sbatch.StandardError.ReadToEndAsync();
            string id = sbatch.StandardOutput.ReadToEnd().Trim().Split(';')[0];
            sbatch.WaitForExit();
            return sbatch.ExitCode == 0
                ? id
                : throw new InputException($"sbatch refused: {said.GetAwaiter().GetResult().Trim().ReplaceLineEndings(" ")}");
        }
        catch (Win32Exception e)
        {
            throw new InputException("--slurm: sbatch is not on the path; --dry-run prints the script", e);
        }
    }

    /// <summary>Words that start this program again: itself, or dotnet and its assembly.</summary>
    private static IReadOnlyList<string> Program()
    {
        string process = Environment.ProcessPath ?? "ellm";
        return Path.GetFileNameWithoutExtension(process) is "dotnet"
            ? [process, Path.Combine(AppContext.BaseDirectory, "ellm.dll")]
            : [process];
    }
}
