using System.CommandLine;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Experiments.Sweeps.Results;

namespace ELLM.Sim.Cli.Commands.Sweep;

/// <summary><c>ellm sweep merge</c>: joins the shards of a directory into its result files.</summary>
internal static class SweepMergeCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> directory = new("DIR") { Description = "Result directory of the shards." };
        Option<bool> noReport = new("--no-report") { Description = "Draw no report and no figures." };
        Command command = new("merge", "Join the shards of a result directory, or name those that are missing.") { directory, noReport };
        command.SetAction(parsed => Run(terminal, parsed.GetValue(directory)!, !parsed.GetValue(noReport)));
        return command;
    }

    private static int Run(Terminal terminal, string path, bool draw)
    {
        (SweepPlan plan, IReadOnlyDictionary<int, PointResult> results, IReadOnlyList<string> damage) = SweepDirectory.Read(path);
        foreach (string line in damage)
            terminal.Warn(line);
        if (results.Count < plan.Points)
        {
            int count = SweepDirectory.ShardCount(path);
            IEnumerable<int> missing = ShardStatus.Of(plan, results, count).Where(s => s.Done < s.Points).Select(s => s.Shard.Index);
            throw new InputException(
                $"{path}: {Words.Count(plan.Points - results.Count)} of {Words.Count(plan.Points)} points are missing, in shards "
                    + $"{Shard.ArrayText(missing)} of {count}: run them again ('sbatch --array={Shard.ArrayText(missing)}' of the same "
                    + $"script)");
        }
        SweepRun.Finish(terminal, path, plan, [.. results.Values.OrderBy(r => r.Point)], "table", draw);
        return ExitCode.Done;
    }
}
