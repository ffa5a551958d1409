using System.Globalization;
using ELLM.Sim.Cli.Tables;

namespace ELLM.Sim.Cli.Bench;

/// <summary>Requests and iterations a second: the engine on one core, nothing read and nothing written; each row in a process of
/// its own.</summary>
internal static class PolicyRates
{
    public static void Write(TextWriter target, BenchPlan plan)
    {
        TextTable table = new(["policy", "requests", "requests/s", "min", "max", "wall", "iterations/s", "iterations/request"]);
        foreach (BenchRow row in plan.Policies)
        {
            int laps = row.Requests == plan.Requests ? plan.Repeats : plan.PolicyRepeats;
            Add(table, row.What,
                Build.This.Measure(row.Name, laps) ?? throw new InputException($"bench row '{row.Name}': this build lacks it"));
        }
        table.Write(target);
    }

    private static void Add(TextTable table, string policy, BenchRound round)
    {
        Spread core = Spread.Of(round.CoreS);
        Spread rate = core.Rate(round.Requests);
        table.Add(
        [
            policy,
            Words.Count(round.Requests),
            Words.Count((long)rate.Median),
            Words.Count((long)rate.Min),
            Words.Count((long)rate.Max),
            Words.Count((long)Spread.Of(round.WallS).Rate(round.Requests).Median),
            Words.Count((long)core.Rate(round.Iterations).Median),
            (round.Iterations / (double)round.Requests).ToString("0.0", CultureInfo.InvariantCulture),
        ]);
    }
}
