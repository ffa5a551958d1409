using System.CommandLine;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Experiments.Sweeps.Results;

namespace ELLM.Sim.Cli.Commands.Sweep;

/// <summary><c>ellm sweep status</c>: how far a directory is, from the directory alone.</summary>
internal static class SweepStatusCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> directory = new("DIR") { Description = "Result directory of a sweep." };
        Command command = new("status", "Show how many points of each shard are done.") { directory };
        command.SetAction(parsed => Run(terminal, parsed.GetValue(directory)!));
        return command;
    }

    private static void Run(Terminal terminal, string path)
    {
        (SweepPlan plan, IReadOnlyDictionary<int, PointResult> results, IReadOnlyList<string> damage) = SweepDirectory.Read(path);
        foreach (string line in damage)
            terminal.Warn(line);
        IReadOnlyList<ShardStatus> shards = ShardStatus.Of(plan, results, SweepDirectory.ShardCount(path));
        terminal.Out.Write($"{plan.Name}: {Words.Count(results.Count)} of {Words.Count(plan.Points)} points\n\n");
        TextTable table = new(["shard", "points", "done", "failed", ""], "");
        foreach (ShardStatus s in shards)
            table.Add(
                [s.Shard.Index.ToString(System.Globalization.CultureInfo.InvariantCulture), Words.Count(s.Points), Words.Count(s.Done),
                    Words.Count(s.Failed), s.Done == s.Points ? "complete" : "incomplete"]);
        table.Write(terminal.Out);
        string missing = Shard.ArrayText(shards.Where(s => s.Done < s.Points).Select(s => s.Shard.Index));
        if (missing.Length > 0)
            terminal.Out.Write($"\nincomplete: {missing}\n");
    }
}
