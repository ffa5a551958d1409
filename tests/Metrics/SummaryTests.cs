using System.Text;
using System.Text.Json.Nodes;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

internal sealed class SummaryTests
{
    private const long S = 1_000_000_000_000;

    /// <summary>Two finished requests, a rejected one and one that never ended.</summary>
    private static readonly RequestRecord[] Records =
    [
        Finished(arrival: 1 * S, first: 2 * S, finish: 4 * S, input: 10, output: 5),
        Finished(arrival: 2 * S, first: 5 * S, finish: 5 * S, input: 20, output: 1),
        new() { ArrivalPs = 3 * S, FirstScheduledPs = -1, FirstTokenPs = -1, FinishPs = 3 * S, InputTokens = 9999, OutputTokens = 7,
            Status = RequestStatus.Rejected },
        new() { ArrivalPs = 4 * S, FirstScheduledPs = 5 * S, FirstTokenPs = 6 * S, FinishPs = -1, InputTokens = 30, OutputTokens = 9,
            EmittedTokens = 2, Clipped = true },
    ];

    [Test]
    public void Summary_follows_its_definitions()
    {
        Summary s = Build(new SloTargets(1 * S, S / 2));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((s.Requests, s.Completed, s.Rejected, s.Unfinished, s.Clipped), Is.EqualTo((4, 2, 1, 1, 1)));
            Assert.That(s.WindowPs, Is.EqualTo(4 * S));
            Assert.That(s.RequestsPerS, Is.EqualTo(0.5));
            Assert.That(s.OutputTokensPerS, Is.EqualTo((5 + 1 + 2) / 4.0));
            Assert.That(s.TotalTokensPerS, Is.EqualTo((8 + 30) / 4.0));
            Assert.That(s.Ttft, Is.EqualTo(new Distribution(2, 2 * S, 2 * S, 28 * S / 10, 29 * S / 10, 298 * S / 100, 3 * S)));
            Assert.That((s.Tpot.Count, s.Tpot.MaxPs), Is.EqualTo((1L, S / 2)));
            Assert.That(s.EndToEnd.MeanPs, Is.EqualTo(3 * S));
            Assert.That(s.Normalized.MaxPs, Is.EqualTo(3 * S));
            Assert.That(s.TtftAttainment, Is.EqualTo(0.25));
            Assert.That(s.TpotAttainment, Is.EqualTo(0.5));
            Assert.That(s.SloAttainment, Is.EqualTo(0.25));
            Assert.That(s.GoodputPerS, Is.EqualTo(0.25));
        }
    }

    [Test]
    public void Requests_csv_is_exact_to_the_byte()
    {
        using MemoryStream stream = new();
        RequestsCsv.Write(stream, Records);
        string[] lines = Encoding.UTF8.GetString(stream.ToArray()).Split('\n');
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines[0], Is.EqualTo(string.Join(',', RequestsCsv.Columns.Select(c => c.Name))));
            Assert.That(lines[1], Is.EqualTo("0,1,10,5,5,finished,1.5,1,0.5,3,0.6,0,0,0,0,0.5,0.5,2,0,0,0,0,0,0,0"));
            Assert.That(lines[2], Is.EqualTo("1,2,20,1,1,finished,2.5,3,,3,3,0,0,0,0,0.5,2.5,0,0,0,0,0,0,0,0"));
            Assert.That(lines[3], Is.EqualTo("2,3,9999,7,0,rejected,,,,,,0,0,0,0,0,0,0,0,0,0,0,0,0,0"));
            Assert.That(lines[4], Is.EqualTo("3,4,30,9,2,unfinished,5,,,,,0,0,0,0,0,0,0,0,0,0,0,0,0,0"));
            Assert.That(lines[5], Is.Empty);
        }
    }

    [Test]
    public void Requests_csv_of_many_blocks_is_in_order()
    {
        RequestRecord[] many = [.. Enumerable.Range(0, 100_000).Select(i => Records[0] with { InputTokens = i })];
        using MemoryStream stream = new();
        RequestsCsv.Write(stream, many);
        string[] lines = Encoding.UTF8.GetString(stream.ToArray()).Split('\n');
        Assert.That(lines, Has.Length.EqualTo(many.Length + 2));
        for (int i = 0; i < many.Length; i++)
        {
            if (!lines[i + 1].StartsWith($"{i},1,{i},5,5,finished,1.5,", StringComparison.Ordinal))
                Assert.Fail($"row {i}: {lines[i + 1]}");
        }
    }

    [Test]
    public void Nothing_finished_leaves_cells_empty_and_json_null()
    {
        RunOutcome outcome = new(new Trace("t.csv", [0], [1], [1]), [Records[2]], 0, default);
        Summary s = SummaryBuilder.Build(Label("p,q"), outcome, new RunMetrics(), default, default);
        using MemoryStream csv = new();
        SummaryFiles.WriteCsv(csv, [new SummaryRow(s.Label, s), new SummaryRow(s.Label, null, "no \"room\"")]);
        string[] lines = Encoding.UTF8.GetString(csv.ToArray()).Split('\n');
        using MemoryStream json = new();
        SummaryFiles.WriteJson(json, new SummaryRow(s.Label, s), new RunManifest("1", "hash", [], []));
        JsonNode metrics = JsonNode.Parse(json.ToArray())!["metrics"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines[1], Does.StartWith("t.csv,\"p,q\",m,g,1,1,1,1,0,1,0,0,0,stable,,,,,"));
            Assert.That(lines[2], Does.StartWith("t.csv,\"p,q\",m,g,1,1,1,,,").And.EndsWith(",\"no \"\"room\"\"\""));
            Assert.That(metrics["ttft_p99_s"], Is.Null);
            Assert.That(metrics["rejected"]!.GetValue<int>(), Is.EqualTo(1));
        }
    }

    [TestCase(0, StabilityVerdict.Stable)]
    [TestCase(20, StabilityVerdict.Backlogged)]
    [TestCase(300, StabilityVerdict.Overloaded)]
    public void Verdict_of_a_short_run_follows_the_queue(int delayGrowthPercent, StabilityVerdict expected)
    {
        RequestRecord[] records = new RequestRecord[2000];
        for (int i = 0; i < records.Length; i++)
        {
            records[i] = Finished(i * 100, 0, 0, 1, 1);
            records[i].FirstScheduledPs = (i * 100L) + (i * (long)delayGrowthPercent / 2);
        }
        Assert.That(Stability.Judge(records, new SloTargets(S, S)), Is.EqualTo(expected));
    }

    /// <summary>Every request is scheduled when it arrives, and request i ends load - 1 gaps later than the one before: no queue, but
    /// a batch that grows for ever.</summary>
    [TestCase(1, StabilityVerdict.Stable)]
    [TestCase(1.05, StabilityVerdict.Backlogged)]
    [TestCase(1.5, StabilityVerdict.Overloaded)]
    public void Verdict_of_a_long_run_follows_the_work_in_flight(double load, StabilityVerdict expected)
    {
        RequestRecord[] records = new RequestRecord[2000];
        for (int i = 0; i < records.Length; i++)
        {
            records[i] = Finished(i * S, i * S, (i * S) + (long)(i * S * (load - 1)) + S, 1, 10);
            records[i].FirstScheduledPs = i * S;
        }
        SloTargets slo = new(10 * S, S);
        Assert.That(Stability.Judge(records, slo), Is.EqualTo(expected));
        Assert.That(Stability.Judge(records.AsSpan(0, 100), slo), Is.EqualTo(StabilityVerdict.Stable), "too short for a batch to tell");
    }

    private static Summary Build(SloTargets slo)
    {
        Trace trace = new("t.csv", new long[4], new int[4], new int[4]);
        return SummaryBuilder.Build(Label("p"), new RunOutcome(trace, Records, 6 * S, default), new RunMetrics(), slo, default);
    }

    private static RunLabel Label(string policy) => new("t.csv", policy, "m", "g", 1, 1, 1);

    private static RequestRecord Finished(long arrival, long first, long finish, int input, int output)
    {
        RequestRecord r = new()
        {
            ArrivalPs = arrival,
            FirstScheduledPs = arrival + (S / 2),
            FirstTokenPs = first,
            FinishPs = finish,
            InputTokens = input,
            OutputTokens = output,
            EmittedTokens = output,
            Status = RequestStatus.Finished,
        };
        r.Ledger.QueueCompute = S / 2;
        r.Ledger.Prefill = first - r.FirstScheduledPs;
        r.Ledger.Decode = finish - first;
        return r;
    }
}
