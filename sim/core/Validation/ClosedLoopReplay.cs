using System.Globalization;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Numerics;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using ELLM.Sim.Timing.Tables;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Validation;

/// <summary>Repeats measured closed loops: as many users as the concurrency, no think time, lengths drawn from a range.</summary>
/// <remarks>
/// Identical lengths would bind all users into one convoy and double TTFT. Means over all requests, as
/// benchmark clients report them.
/// </remarks>
public static class ClosedLoopReplay
{
    private const string Routing = "timing.routing";

    public static IEnumerable<ValidationRow> Rows(ClosedLoopCase which, ValidationContext context)
    {
        if (context.Find(which.File) is not string path)
        {
            yield return ValidationRow.Skipped(which.Summary, $"no {which.File}");
            yield break;
        }
        if (which.ExpertTables is string tables)
        {
            if (context.Find(tables) is not string folder)
            {
                yield return ValidationRow.Skipped(which.Summary, $"no {tables}");
                yield break;
            }
            which = which with { Settings = new Dictionary<string, string>(which.Settings) { ["timing.experts"] = folder } };
        }
        MeasuredCsv csv = MeasuredCsv.Read(path);
        (string tpotColumn, string ttftColumn) = csv.Has("silicon_tpot_ms") ? ("silicon_tpot_ms", "silicon_ttft_ms")
            : ("tpot_ms", "ttft_ms");
        csv.Require("isl", "osl", "tp_size", "concurrency", tpotColumn, ttftColumn);
        ErrorStatistics tpot = new();
        ErrorStatistics ttft = new();
        ErrorStatistics byDefault = new();
        ClosedLoopCase? plain = which.Settings.ContainsKey(Routing)
            ? which with { Settings = which.Settings.Where(one => one.Key is not (Routing or "timing.experts")).ToDictionary() }
            : null;
        int preempted = 0;
        for (int row = 0; row < csv.Count; row++)
        {
            if (!which.Where.All(wanted => csv.Text(row, wanted.Key) == wanted.Value))
                continue;
            int users = (int)csv.Whole(row, "concurrency", 1);
            LoopPoint point = new(
                users, (int)csv.Whole(row, "isl", 1), (int)csv.Whole(row, "osl", 1), (int)csv.Whole(row, "tp_size", 1),
                csv.Has("moe_ep_size") ? (int)csv.Whole(row, "moe_ep_size", 1) : 1);
            (double ours, double first, long preemptions) = Run(which, point);
            double measured = csv.Number(row, tpotColumn);
            tpot.Add(measured, ours, point.ToString());
            ttft.Add(csv.Number(row, ttftColumn), first, point.ToString());
            if (plain is not null)
                byDefault.Add(measured, Run(plain, point).TpotMs, point.ToString());
            preempted += preemptions > 0 ? 1 : 0;
        }
        if (tpot.Count == 0)
        {
            yield return ValidationRow.Skipped(which.Summary, $"no row of {which.File} matches");
            yield break;
        }
        string routing = plain is null ? ""
            : FormattableString.Invariant($"with the default routing and the formula {byDefault.Mape:0.0} %; ");
        yield return ValidationRow.Mape($"{which.Summary}: TPOT", tpot, which.TpotBound,
            $"{routing}{preempted} loops preempted; stated: {string.Join("; ", which.Stated)}");
        yield return ValidationRow.Mape($"{which.Summary}: TTFT", ttft, which.TtftBound);
    }

    /// <summary>Mean TPOT and TTFT in milliseconds of one loop, and its preemptions.</summary>
    public static (double TpotMs, double TtftMs, long Preemptions) Run(ClosedLoopCase which, LoopPoint point)
    {
        (int users, int input, int output, int tp, int ep) = point;
        List<Assignment> settings = [.. which.Settings.Select(one => new Assignment(one.Key, one.Value)),
            new Assignment("tp", tp.ToString(CultureInfo.InvariantCulture)), new Assignment("ep",
                ep.ToString(CultureInfo.InvariantCulture))];
        if (which.SeqsIsConcurrency)
            settings.Add(new Assignment("engine.max_num_seqs", users.ToString(CultureInfo.InvariantCulture)));
        Deployment deployment = Deployment.Resolve(ConfigBinder.Bind(PresetCatalog.Load("vllm-v1"), settings));
        int count = users * which.RequestsPerUser;
        RandomStream lengths = RandomStream.Named(deployment.Config.Seed, "closed-loop-lengths");
        int[] inputs = new int[count];
        int[] outputs = new int[count];
        for (int i = 0; i < count; i++)
        {
            inputs[i] = Draw(which, lengths, input);
            outputs[i] = Draw(which, lengths, output);
        }
        Trace trace = new("closed-loop", new long[count], inputs, outputs);
        RunOutcome outcome = Simulation.Run(deployment, trace, new SimulationOptions(Users: new UserLoop(users, new long[count])));
        double tpot = outcome.Records.Where(r => RequestLatency.Tpot(r) is not null)
            .Average(r => new SimTime(RequestLatency.Tpot(r)!.Value).Seconds);
        double ttft = outcome.Records.Where(r => RequestLatency.Ttft(r) is not null)
            .Average(r => new SimTime(RequestLatency.Ttft(r)!.Value).Seconds);
        return (tpot * 1e3, ttft * 1e3, outcome.Counters.Preemptions);
    }

    private static int Draw(ClosedLoopCase which, RandomStream lengths, int nominal)
    {
        int low = Math.Max(1, (int)(nominal * which.ShortestShare));
        int high = Math.Max(low, (int)(nominal * which.LongestShare));
        return low + (int)(lengths.NextDouble() * (high - low + 1));
    }
}

/// <summary>One measured loop: users, nominal lengths, and how the model is split.</summary>
public readonly record struct LoopPoint(int Users, int Input, int Output, int Tp, int Ep = 1)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"TP{Tp}{(Ep > 1 ? $" EP{Ep}" : "")} {Input}/{Output} x{Users}");
}
