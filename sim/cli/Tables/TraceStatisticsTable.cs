using ELLM.Sim.Numerics;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Cli.Tables;

/// <summary>The statistics of a trace as people read them.</summary>
internal static class TraceStatisticsTable
{
    /// <param name="sessions">Null where no turn waits for another.</param>
    /// <param name="reuse">Null where the trace knows no prompts.</param>
    public static void Write(TextWriter target, TraceStatistics s, SessionStatistics? sessions, PrefixReuse? reuse)
    {
        TextTable load = new(["load", ""]);
        load.Add(["requests", Words.Count(s.Requests)]);
        load.Add(["span", Number(s.SpanS) + " s"]);
        load.Add(["rate", Number(s.RatePerS) + " req/s"]);
        load.Add(["CV of gaps (Poisson: 1)", Number(s.GapCv)]);
        load.Add(["dispersion in 1 s", Number(s.Idc1S)]);
        load.Add(["dispersion in 10 s", Number(s.Idc10S)]);
        load.Add(["dispersion in 60 s", Number(s.Idc60S)]);
        load.Add(["peak minute / mean", Number(s.PeakToMeanPerMinute)]);
        load.Add(["rank correlation in, out", Number(s.InputOutputSpearman)]);
        load.Add(["models", Words.Count(s.Models)]);
        target.Write('\n');
        load.Write(target);
        TextTable lengths = new(["tokens", "mean", "p50", "p90", "p99", "max"]);
        foreach ((string name, LengthStatistics l) in new[] { ("input", s.Input), ("output", s.Output) })
            lengths.Add([name, Number(l.Mean), Words.Count(l.P50), Words.Count(l.P90), Words.Count(l.P99), Words.Count(l.Max)]);
        target.Write('\n');
        lengths.Write(target);
        if (sessions is not null)
            Write(target, sessions);
        if (reuse is not null)
            Write(target, reuse);
    }

    private static void Write(TextWriter target, SessionStatistics s)
    {
        TextTable table = new(["sessions, turns after the end of the last", ""]);
        table.Add(["sessions", Words.Count(s.Sessions)]);
        table.Add(["turns, mean", Number(s.MeanTurns)]);
        table.Add(["turns, p50", Words.Count(s.MedianTurns)]);
        table.Add(["turns, max", Words.Count(s.MostTurns)]);
        table.Add(["think time, p50", Number(s.MedianThinkS) + " s"]);
        table.Add(["later turns", Words.Count(s.LaterTurns)]);
        table.Add(["  shorter prompt than before", Words.Count(s.Compactions)]);
        table.Add(["  less than half of it kept", Words.Count(s.Resets)]);
        target.Write('\n');
        table.Write(target);
    }

    private static void Write(TextWriter target, PrefixReuse r)
    {
        TextTable table = new(["prefixes, each request at an instant", "all", "hit", "share"]);
        table.Add(["prompts known", Words.Count(r.Requests), "", ""]);
        table.Add(["tokens", Words.Count(r.Tokens), Words.Count(r.HitTokens), Number((double)r.HitTokens / r.Tokens)]);
        if (r.BlockTokens > 0)
        {
            string blocks = $"blocks of {Words.Count(r.BlockTokens)}";
            table.Add([blocks, Words.Count(r.Blocks), Words.Count(r.HitBlocks), Number((double)r.HitBlocks / r.Blocks)]);
            if (r.LaterBlocks > 0)
            {
                string share = Number((double)r.HitLaterBlocks / r.LaterBlocks);
                table.Add(["  of later turns", Words.Count(r.LaterBlocks), Words.Count(r.HitLaterBlocks), share]);
            }
            for (int i = 0; i < r.LruHitRatio.Count; i++)
                table.Add([$"  LRU of {Words.Count(PrefixReuse.LruBlocks[i])} blocks", "", "", Number(r.LruHitRatio[i])]);
        }
        target.Write('\n');
        table.Write(target);
    }

    private static string Number(double value) =>
        double.IsNaN(value) ? Words.Undefined : ShortText.Decimals(value);
}
