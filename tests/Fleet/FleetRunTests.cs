using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Fleets;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;
using ELLM.Sim.Workload.Streams;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Fleet;

internal sealed class FleetRunTests
{
    private const int Requests = 3_000;

    [Test]
    public void Fleet_of_one_deployment_is_the_plain_run_to_the_bit()
    {
        FleetSpec spec = new("one", [new FleetPart("a", 3, "vllm-v1")]) { Router = "least-tokens" };
        RunConfig plain = ConfigBinder.Bind(
            PresetCatalog.Load("vllm-v1"), [new Assignment("engine.replicas", "3"), new Assignment("engine.router", "least-tokens")]);
        Assert.That(
            FleetRun.Run(FleetPlan.Of(spec, []), Azure(), SimulationOptions.Default).Total.Outcome!.Records,
            Is.EqualTo(RunReport.Run(plain, Azure(), SimulationOptions.Default).Outcome!.Records));
    }

    /// <summary>Two deployments that are alike are one of as many replicas.</summary>
    [TestCase("round-robin")]
    [TestCase("least-tokens")]
    [TestCase("least-kv:report_s=1")]
    public void Two_deployments_alike_are_one_of_both(string router)
    {
        FleetSpec two = new("two", [new FleetPart("a", 2), new FleetPart("b", 1)]) { Router = router };
        FleetSpec one = new("one", [new FleetPart("a", 3)]) { Router = router };
        FleetReport both = FleetRun.Run(FleetPlan.Of(two, []), Azure(), SimulationOptions.Default);
        RunReport whole = FleetRun.Run(FleetPlan.Of(one, []), Azure(), SimulationOptions.Default).Total;
        RunLabel label = both.Total.Label;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(both.Total.Outcome!.Records, Is.EqualTo(whole.Outcome!.Records));
            Assert.That(Row(both.Total.Summary!), Is.EqualTo(Row(whole.Summary! with { Label = label })));
            Assert.That(both.Members.Sum(m => m.Summary!.Requests), Is.EqualTo(Requests));
            Assert.That(both.Members.Sum(m => m.Summary!.Iterations), Is.EqualTo(whole.Summary!.Iterations));
            Assert.That((both.Plan.Replicas, both.Plan.Gpus), Is.EqualTo((3, 3)));
        }
    }

    /// <summary>What is counted and summed is the same; quantiles are to the bound of the histogram.</summary>
    [TestCase("round-robin")]
    [TestCase("least-tokens")]
    [TestCase("central-queue:places=8")]
    public void Sums_in_place_of_records_say_the_same(string router)
    {
        FleetPlan plan = FleetPlan.Of(new FleetSpec("one", [new FleetPart("a", 3)]) { Router = router, Slo = "ttft=1s,tpot=50ms" }, []);
        Summary kept = FleetRun.Run(plan, Azure(), SimulationOptions.Default).Total.Summary!;
        FleetReport report = FleetRun.Run(plan, InPieces(Azure()), SimulationOptions.Default);
        Summary summed = report.Total.Summary!;
        using (Assert.EnterMultipleScope())
        {
            string[] near = ["_p50_s", "_p90_s", "_p95_s", "_p99_s"];
            foreach (SummaryColumn column in SummaryColumns.Metrics.Where(c => c.Name != "verdict"))
            {
                (string a, string b) = (column.Get(kept).ToString(), column.Get(summed).ToString());
                if (double.TryParse(a, out double exact) && double.TryParse(b, out double found))
                    Assert.That(found, Is.EqualTo(exact).Within(near.Any(column.Name.EndsWith) ? 0.4 : 1e-6).Percent, column.Name);
                else
                    Assert.That(b, Is.EqualTo(a), column.Name);
            }
            Assert.That(summed.LedgerTotalsPs, Is.EqualTo(kept.LedgerTotalsPs));
            Assert.That(report.Hours.Sum(h => h.Requests), Is.EqualTo(Requests));
        }
    }

    [Test]
    public void Sums_are_the_same_on_any_number_of_threads()
    {
        FleetPlan plan = FleetPlan.Of(new FleetSpec("one", [new FleetPart("a", 5)]) { Router = "random" }, []);
        Assert.That(
            Row(FleetRun.Run(plan, InPieces(Azure()), new SimulationOptions(Threads: 4)).Total.Summary!),
            Is.EqualTo(Row(FleetRun.Run(plan, InPieces(Azure()), new SimulationOptions(Threads: 1)).Total.Summary!)));
    }

    [Test]
    public void Every_record_of_a_fleet_ends_once_and_its_ledger_sums()
    {
        FleetReport report = FleetRun.Run(FleetPlan.Of(FleetCatalog.Load("two-kinds"), []), Azure(), SimulationOptions.Default);
        RequestRecord[] records = report.Total.Outcome!.Records;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(records.Select(r => r.Ledger.Total), Is.EqualTo(records.Select(r => r.FinishPs - r.ArrivalPs)));
            Assert.That(records.Select(r => r.Status), Is.All.EqualTo(RequestStatus.Finished));
            Assert.That(report.Plan.UsdPerHour, Is.EqualTo(2.5 + (2 * 1.2)).Within(1e-9));
        }
    }

    [Test]
    public void Azure_week_has_the_rates_of_its_parts_aligned_by_weekday()
    {
        RequestStream week = GeneratedStream.Of(StreamCatalog.Load("azure-week"), 1);
        Trace[] pieces = [.. week.Open().TakeWhile(p => p.ArrivalPs[0] < 6 * 3600 * (long)1e12)];
        RateTableArrivals chat = (RateTableArrivals)GeneratorPresets.Load("azure-2024-chat").Arrivals;
        RateTableArrivals code = (RateTableArrivals)GeneratorPresets.Load("azure-2024-code").Arrivals;
        for (int hour = 0; hour < 6; hour++)
        {
            // Sunday is the code table's third day.
            double expected = 3600 * ((chat.RatePerS * chat.Multipliers[hour]) + (code.RatePerS * code.Multipliers[hour + 48]));
            int found = pieces.Sum(p => p.ArrivalPs.Count(ps => ps / 3_600_000_000_000_000 == hour));
            Assert.That(found, Is.EqualTo(expected).Within(5 * Math.Sqrt(expected)), $"hour {hour}");
        }
        Assert.That(week.Notes.Single(), Does.Contain("output lengths were not published and are those of 2023"));
        Assert.That(week.First(70_000).Open().Sum(p => p.Count), Is.EqualTo(70_000));
    }

    [Test]
    public void Pieces_that_are_not_sorted_are_refused_with_one_line()
    {
        Trace late = new("late", [5_000_000_000_000], [1], [1]), early = new("early", [1_000_000_000_000], [1], [1]);
        RequestStream stream = new("pieces", () => [late, early], [], "");
        FleetPlan plan = FleetPlan.Of(new FleetSpec("one", [new FleetPart("a", 2)]), []);
        Assert.That(() => FleetRun.Run(plan, stream, SimulationOptions.Default), Throws.InstanceOf<InputException>()
            .With.Message.Contains("request 2 arrives at 1").And.Message.Contains("'ellm trace convert' sorts a file"));
    }

    [TestCase("""{ "name": "f", "deployments": [] }""", "deployments: expected at least one, found none")]
    [TestCase("""{ "name": "f", "deployments": [ { "name": "a", "replicas": 0 } ] }""", "replicas: expected")]
    [TestCase("""{ "name": "f", "deployments": [ { "name": "a", "replicas": 2, "gpu": "h100" } ], "supply": { "h100": { "max": 1 } } }""",
        "supply.h100.max: expected at least the 2 GPUs of its deployments, found 1")]
    [TestCase("""{ "name": "f", "router": "fastest", "deployments": [ { "name": "a", "replicas": 2 } ] }""", "found fastest")]
    [TestCase("""{ "name": "f", "router": "prefix-affinity", "deployments": [ { "name": "a", "replicas": 2 } ] }""",
        "expected a trace that says how prompts begin")]
    [TestCase("""{ "name": "f", "deployments": [ { "name": "a", "replicas": 1 }, { "name": "a", "replicas": 1 } ] }""", "found a twice")]
    public void Bad_fleet_is_one_line(string json, string line)
    {
        using ScratchFolder folder = new();
        File.WriteAllText(folder.In("f.json"), json);
        (int code, string output, string error) = Ellm.Run("compare", "chat", "--fleet", folder.In("f.json"), "--limit", "5");
        Assert.That((code, output, error.TrimEnd('\n').Count(c => c == '\n')), Is.EqualTo((2, "", 0)), error);
        Assert.That(error, Does.Contain(line));
    }

    [Test]
    public void Table_of_a_fleet_says_how_many_replicas_and_GPUs_there_are()
    {
        (int code, string output, string error) = Ellm.Run("compare", "--fleet", "two-kinds", "--rate", "5", "--limit", "50");
        Assert.That((code, output), Is.EqualTo((0, output)), error);
        Assert.That(output, Does.StartWith(
            "azure-chat: 50 requests; fleet two-kinds: 3 replicas on 3 GPUs (1 of 1 x h100, 2 of 1 x a100-80), 4.90 USD an hour\n"));
    }

    private static Trace Azure() => TraceGenerator.Generate(GeneratorPresets.Load("azure-chat"), Requests, 3, 15);

    private static RequestStream InPieces(Trace trace)
    {
        Trace[] pieces = [.. Enumerable.Range(0, trace.Count).Chunk(700)
            .Select(rows => trace.Pick(rows, [.. rows.Select(i => trace.ArrivalPs[i])]))];
        return new RequestStream(trace.Name, () => pieces, [], "");
    }

    private static string[] Row(Summary summary) => [.. SummaryColumns.All.Select(c => c.Get(summary).ToString())];
}
