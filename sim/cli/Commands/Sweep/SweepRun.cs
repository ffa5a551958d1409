using System.Diagnostics;
using System.Globalization;
using System.Text;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Experiments.Sweeps.Results;
using ELLM.Sim.Experiments.Sweeps;
using ELLM.Sim.Experiments;

namespace ELLM.Sim.Cli.Commands.Sweep;

/// <summary>Runs the points of a shard that are not in the journal yet, and writes the result files when all points are there.</summary>
internal sealed class SweepRun(Terminal terminal, Experiment experiment, string path)
{
    public Shard Shard { get; init; } = Shard.Whole;

    public int Jobs { get; init; } = 1;

    public double? MemoryGib { get; init; }

    public bool Force { get; init; }

    /// <summary>table or csv.</summary>
    public string Format { get; init; } = "table";

    /// <summary>A report and figures end the sweep.</summary>
    public bool Draw { get; init; } = true;

    public int Run(CancellationToken cancel)
    {
        int jobs = MemoryGib is double gib ? SweepMemory.Jobs(experiment.Points, (long)(gib * (1L << 30)), Jobs) : Jobs;
        if (jobs < Jobs)
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"--memory {MemoryGib} lets {jobs} of {Jobs} points run at a time"));
        using SweepDirectory directory = SweepDirectory.Open(path, SweepPlan.Of(experiment), Shard, Force);
        if (Force)
            Reports.RemoveOld(path);
        foreach (string line in directory.Damage)
            terminal.Warn(line);
        SweepPoint[] own = [.. Shard.Of(experiment.Points)];
        SweepPoint[] left = [.. own.Where(p => !directory.Kept.ContainsKey(p.Index))];
        if (left.Length < own.Length)
            terminal.Say($"{Words.Count(own.Length - left.Length)} of {Words.Count(own.Length)} points are in the journal of {path}");
        Dictionary<int, PointResult> results = new(directory.Kept);
        int bugs = RunPoints(directory, left, results, jobs, cancel);
        if (Shard == Shard.Whole)
            Finish(terminal, path, directory.Plan, [.. results.Values.OrderBy(r => r.Point)], Format, Draw);
        else
            terminal.Say($"shard {Shard.Index} of {Shard.Count} is done; 'ellm sweep merge {path}' joins the shards when all are");
        return bugs > 0 ? ExitCode.Bug : ExitCode.Done;
    }

    /// <summary>Writes the result files, draws them, and prints the groups.</summary>
    /// <exception cref="InputException">Every point failed: the reason of the first. The files are written all the same.</exception>
    public static void Finish(Terminal terminal, string path, SweepPlan plan, PointResult[] results, string format, bool draw)
    {
        bool none = Array.TrueForAll(results, r => r.Failed is not null);
        if (!none)
            Print(terminal, plan, results, format);
        SweepDirectory.Publish(path, plan, results);
        if (none)
            throw new InputException($"{path}: no point could run: {results[0].Failed}");
        string? page = draw ? Reports.Draw(terminal, path, parsed: null) : null;
        terminal.Say($"{Words.Count(results.Length)} points in "
            + $"{Path.Combine(path, SweepFiles.Names[0])}{(page is null ? "" : $", report in {page}")}");
    }

    private static void Print(Terminal terminal, SweepPlan plan, PointResult[] results, string format)
    {
        if (format == "csv")
        {
            using MemoryStream text = new();
            SweepFiles.WriteGroups(text, plan, results);
            terminal.Out.Write(Encoding.UTF8.GetString(text.ToArray()));
        }
        else
        {
            SweepTable.Write(terminal.Out, plan, results);
        }
        terminal.Out.Flush();
    }

    private int RunPoints(SweepDirectory directory, SweepPoint[] left, Dictionary<int, PointResult> results, int jobs, CancellationToken cancel)
    {
        if (left.Length == 0)
            return 0;
        int bugs = 0;
        long start = Stopwatch.GetTimestamp(), journal = 0;
        int before = results.Count;
        try
        {
            terminal.WithProgress("points", left.Length, progress =>
            {
                int done = 0;
                SimulationOptions options = new(Compat: RunOptions.AsVidur, Cancel: cancel);
                SweepRunner.Run(left, jobs, options, run =>
                {
                    long writing = Stopwatch.GetTimestamp();
                    PointResult result = PointResult.Of(run);
                    directory.Append(result);
                    results[result.Point] = result;
                    journal += Stopwatch.GetTimestamp() - writing;
                    bugs += run.IsBug ? 1 : 0;
                    if (result.Failed is not null)
                        terminal.Warn($"point {result.Point} ({Describe(run.Point)}) failed: {result.Failed}");
                    progress.Report(++done);
                });
                return done;
            });
        }
        catch (OperationCanceledException)
        {
            terminal.Say($"{Words.Count(results.Count)} of {Words.Count(experiment.Points.Count)} points are in the journal; the same command goes on from them");
            throw;
        }
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        terminal.Say(string.Create(CultureInfo.InvariantCulture,
            $"{results.Count - before:#,0} points in {wall:0.00} s ({(results.Count - before) / wall:0.0} points/s on {jobs} threads), journal {journal / (double)Stopwatch.Frequency / wall:0.0%} of that"));
        return bugs;
    }

    private string Describe(SweepPoint point) =>
        string.Join(", ", experiment.Axes.Select((axis, i) => $"{axis.Setting.Name}={point.Values[i]}"));
}
