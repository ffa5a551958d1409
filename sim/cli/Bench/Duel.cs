using System.Diagnostics;
using System.Globalization;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Bench;

/// <summary>Another build against this one, row by row: processes in turn, so that a machine that slows down for a while slows both
/// down.</summary>
internal sealed class Duel(Terminal terminal, Build other, int pairs, int laps)
{
    /// <summary>Rows that are whole processes: any build has them.</summary>
    private const string Replay = "replay@", Compare = "compare";

    private readonly List<string> _lacking = [];

    /// <summary>Rows of a plan, the whole processes last.</summary>
    public static IReadOnlyList<string> Rows(BenchPlan plan) =>
    [
        .. plan.Policies.Select(row => row.Name),
        new BenchRow("files", plan.Requests).Name,
        string.Create(CultureInfo.InvariantCulture, $"{Replay}{plan.Requests}"),
        Compare,
    ];

    public void Write(IReadOnlyList<string> rows)
    {
        terminal.Out.Write(string.Create(CultureInfo.InvariantCulture,
            $"Medians of {pairs} pairs of processes in turn. A ratio above 1 says that this build is faster; its 95 % interval is a "
                + $"bootstrap over the pairs.\n\n"));
        TextTable table = new(["row", "measured", "other", "this", "ratio", "from", "to"], "measured");
        foreach (string row in rows)
        {
            if (row == Compare)
                Add(table, row, "clock, s", WholeProcess([Compare, "--quiet"]));
            else if (row.StartsWith(Replay, StringComparison.Ordinal))
                Add(table, row, "clock, s", ReplayFile(row));
            else
                AddRow(table, BenchRow.Parse(row));
        }
        table.Write(terminal.Out);
        if (_lacking.Count > 0)
            terminal.Out.Write($"\nleft out, the other build has no such row: {string.Join(", ", _lacking)}\n");
    }

    private void AddRow(TextTable table, BenchRow row)
    {
        List<(double, double)> times = [];
        for (int i = 0; i < pairs; i++)
        {
            if (other.Measure(row.Name, laps) is not { } theirs)
            {
                _lacking.Add(row.Name);
                return;
            }
            BenchRound ours = Build.This.Measure(row.Name, laps)
                ?? throw new InputException($"bench row '{row.Name}': this build lacks it");
            times.Add((NsARequest(row, theirs), NsARequest(row, ours)));
        }
        Add(table, row.Name, row.OnTheClock ? "clock, ns/request" : "core, ns/request", times);
    }

    private static double NsARequest(BenchRow row, BenchRound round) =>
        Spread.Of(row.OnTheClock ? round.WallS : round.CoreS).Median * 1e9 / round.Requests;

    private List<(double, double)> ReplayFile(string row)
    {
        int requests = BenchRow.Parse("files@" + row[Replay.Length..]).Requests;
        string folder = Directory.CreateTempSubdirectory("ellm-bench-").FullName;
        try
        {
            string file = Path.Combine(folder, "trace.csv");
            TraceWriter.Write(Workbench.Drifting(requests), file);
            return WholeProcess(["replay", file, "--policy", "vllm", "--out", Path.Combine(folder, "run"), "--force", "--quiet"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private List<(double Other, double This)> WholeProcess(string[] arguments)
    {
        List<(double, double)> times = [];
        for (int i = 0; i < pairs; i++)
            times.Add((SecondsOf(other, arguments), SecondsOf(Build.This, arguments)));
        return times;
    }

    private static double SecondsOf(Build build, string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        (int code, _, string error) = build.Run(arguments);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return code == ExitCode.Done
            ? seconds
            : throw new InputException($"{build.Directory}: {string.Join(' ', arguments)} ended with exit code {code}: {error.Trim()}");
    }

    private void Add(TextTable table, string row, string measured, List<(double Other, double This)> times)
    {
        RatioOfMedians ratio = RatioOfMedians.Of(times);
        table.Add([row, measured, Words.Rate(ratio.Other), Words.Rate(ratio.This), Two(ratio.Ratio), Two(ratio.Low), Two(ratio.High)]);
        terminal.Say($"{row}: {Two(ratio.Ratio)} ({Two(ratio.Low)} to {Two(ratio.High)})");
    }

    private static string Two(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
