using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Colocation;
using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Colocation;

/// <summary>Laws of several engines on one GPU, tried on small random loads with little memory.</summary>
internal sealed class SharedGpuTests
{
    private static readonly RunConfig Engine = ConfigBinder.Bind(PresetCatalog.Load("vllm-v1"), []);

    private static IEnumerable<(ColocationPlan Plan, ColocationPolicy Policy)> Runs(int seeds)
    {
        for (int seed = 0; seed < seeds; seed++)
        {
            foreach (ColocationPolicy policy in ColocationPolicy.All)
                yield return (RandomPlan(new Random(seed)), policy);
        }
    }

    [Test]
    public void Jumping_equals_stepping_to_the_bit()
    {
        foreach ((ColocationPlan plan, ColocationPolicy policy) in Runs(12))
        {
            ColocationReport jumped = ColocationRun.Run(plan, policy, new SimulationOptions(Check: true));
            ColocationReport stepped = ColocationRun.Run(plan, policy, new SimulationOptions(Step: true));
            Same.Outcome(jumped.Outcome!, stepped.Outcome!);
            Assert.That(Csv([jumped]), Is.EqualTo(Csv([stepped])));
        }
    }

    [Test]
    public void Iterations_of_one_gpu_follow_each_other_and_ledgers_sum_to_latencies()
    {
        int waited = 0;
        foreach ((ColocationPlan plan, ColocationPolicy policy) in Runs(12))
        {
            StepLog log = new(0);
            ColocationReport report = ColocationRun.Run(plan, policy, new SimulationOptions(Observer: log));
            for (int gpu = 0; gpu < plan.Placement.Gpus; gpu++)
            {
                long freeFrom = 0;
                foreach (Step step in log.Steps.Where(s => plan.Engines[s.Key].Gpu == gpu).SelectMany(s => s.Value).OrderBy(s => s.StartPs))
                {
                    Assert.That(step.StartPs, Is.GreaterThanOrEqualTo(freeFrom), "two iterations at a time");
                    freeFrom = step.EndPs;
                }
            }
            foreach (RequestRecord record in report.Outcome!.Records)
            {
                Assert.That(record.Status, Is.Not.EqualTo(RequestStatus.Unfinished));
                Assert.That(record.Ledger.Total, Is.EqualTo(record.FinishPs - record.ArrivalPs));
                for (int term = 0; term < LedgerTerms.All.Count; term++)
                    Assert.That(record.Ledger[term], Is.GreaterThanOrEqualTo(0), LedgerTerms.All[term].Name);
                waited += record.Ledger.GpuWait > 0 ? 1 : 0;
            }
        }
        Assert.That(waited, Is.GreaterThan(100), "the loads are to contend");
    }

    [Test]
    public void Threads_change_nothing()
    {
        ColocationPlan plan = RandomPlan(new Random(3));
        string one = Csv(ColocationRun.Run(plan, ColocationPolicy.All, SimulationOptions.Default, jobs: 1, keepRecords: false));
        string four = Csv(ColocationRun.Run(plan, ColocationPolicy.All, SimulationOptions.Default, jobs: 4, keepRecords: false));
        Assert.That(four, Is.EqualTo(one));
    }

    [TestCase("vllm-v1")]
    [TestCase("vllm")]
    public void A_model_alone_runs_as_on_a_gpu_of_its_own(string preset)
    {
        RunConfig config = ConfigBinder.Bind(PresetCatalog.Load(preset), [new Assignment("engine.max_model_len", "20000")]);
        (Trace trace, _) = Traces.Load("azure-chat", new TraceReadOptions { Limit = 300, RatePerSecond = 12 });
        Trace named = new(trace.Name, trace.ArrivalPs, trace.InputTokens,
            trace.OutputTokens)
        { Columns = [new ModelColumn(new int[trace.Count], ["only"])] };
        ModelMap map = new("one", "test", [new MappedModel("only", config.Model)]);
        ColocationPlan plan = ColocationPlan.Make(config, new ColocationSpec(), map, ModelRequests.OfTrace(named, map), null);
        RunReport alone = RunReport.Run(config, trace, SimulationOptions.Default);
        ColocationReport split = ColocationRun.Run(plan, ColocationPolicy.Find("static-split"), SimulationOptions.Default);
        Same.Outcome(split.Outcome!, alone.Outcome!);
        Assert.That(split.Engines[0].Summary with { Label = alone.Summary!.Label, LedgerTotalsPs = [], LedgerMeanShares = [] },
            Is.EqualTo(alone.Summary with { LedgerTotalsPs = [], LedgerMeanShares = [] }));
        // Blocks for nothing out of one pool are the pool of the split.
        ColocationReport loose = ColocationRun.Run(plan, ColocationPolicy.Find("shared-blocks"), SimulationOptions.Default);
        if (preset == "vllm-v1")
            Same.Outcome(loose.Outcome!, alone.Outcome!);
    }

    /// <summary>
    /// kvcached's benchmark of three Llama-3.1-8B on one A100: TTFT 2 to 28 times lower than with a static split. Peak rate, output
    /// length and distance of the ramps are not published, so only the shape is asserted.
    /// </summary>
    [Test]
    public void Sharing_pages_lowers_ttft_when_models_peak_one_after_the_other()
    {
        ModelMap map = ModelMaps.Load(ModelMaps.Default);
        ColocationPlan plan =
            ColocationPlan.Make(Engine, new ColocationSpec(), map, ModelRequests.OfMap(map, TraceReadOptions.Default), null);
        IReadOnlyList<ColocationReport> reports =
            ColocationRun.Run(plan, ColocationPolicy.All, SimulationOptions.Default, 2, keepRecords: false);
        double[] gains = [.. reports[0].Engines.Zip(reports[1].Engines,
            (split, shared) => (double)split.Summary.Ttft.MeanPs / shared.Summary.Ttft.MeanPs)];
        TestContext.Out.WriteLine(
            "mean TTFT, static split / kvcached: " + string.Join(", ",
                gains.Select(g => g.ToString("0.0", System.Globalization.CultureInfo.InvariantCulture))));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.Placement.Gpus, Is.EqualTo(1));
            Assert.That(gains, Has.All.GreaterThan(1));
            Assert.That(gains.Max(), Is.InRange(2, 28));
            Assert.That(reports[1].HeldMeanBytes, Is.LessThan(reports[0].HeldMeanBytes), "what nobody uses goes back");
            Assert.That(reports[1].HeldMeanBytes, Is.GreaterThan(reports[1].LiveMeanBytes));
            Assert.That(reports[2].Total.Ttft.MeanPs, Is.LessThanOrEqualTo(reports[1].Total.Ttft.MeanPs),
                "blocks for nothing are the bound");
        }
    }

    private static string Csv(IReadOnlyList<ColocationReport> reports)
    {
        using MemoryStream text = new();
        ColocationFiles.WriteCsv(text, reports);
        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>Two to five small models on one or two GPUs that leave them little memory; any rules, any scheduler that
    /// preempts.</summary>
    private static ColocationPlan RandomPlan(Random random)
    {
        string[] names = ["llama-3.2-1b", "llama-3.2-3b"];
        int models = random.Next(2, 6), gpus = random.Next(1, 3);
        ModelMap map = new("random", "test", [.. Enumerable.Range(0, models).Select(i => new MappedModel($"m{i}", names[random.Next(2)]))]);
        int count = random.Next(20, 90);
        long[] arrivals = new long[count];
        for (int i = 1; i < count; i++)
            arrivals[i] = arrivals[i - 1] + (random.Next(3) == 0 ? 0 : random.NextInt64(60_000_000_000));
        Trace trace = new(
            "random", arrivals, [.. arrivals.Select(_ => random.Next(1, 1500))], [.. arrivals.Select(_ => random.Next(1, 200))])
        {
            Columns = [new ModelColumn([.. arrivals.Select(_ => random.Next(models))], [.. map.Models.Select(m => m.Id)])],
        };
        string preset = random.Next(2) == 0 ? "vllm-v1" : "vllm";
        Assignment[] settings =
        [
            new("engine.max_model_len", "2048"), new("engine.max_num_seqs", "64"), new("engine.max_num_batched_tokens", "2048"),
        ];
        RunConfig config = ConfigBinder.Bind(PresetCatalog.Load(preset), settings);
        int least = random.Next(0, 3);
        ColocationSpec spec = new()
        {
            PageLayout = random.Next(2) == 0 ? PageLayout.Contiguous : PageLayout.PerLayer,
            ReserveMin = least,
            ReserveMax = least + random.Next(0, 3),
            PageChoice = random.Next(2) == 0 ? PageChoice.Latest : PageChoice.Fullest,
            Unmapping = random.Next(2) == 0 ? PageUnmapping.Sync : PageUnmapping.Background,
            Split = random.Next(2) == 0 ? StaticSplit.Equal : StaticSplit.Load,
        };
        // As much utilisation as leaves each GPU about a gigabyte and a half for KV.
        Placement roomy = ColocationPlan.Make(config, spec, map, ModelRequests.OfTrace(trace, map), gpus).Placement;
        double spare = (roomy.KvBytes.Min() - (1.5 * (1L << 30))) / Deployment.Resolve(config).Gpu.VisibleBytes;
        RunConfig tight = config with { Engine = config.Engine with { GpuMemoryUtilization = config.Engine.GpuMemoryUtilization - spare } };
        return ColocationPlan.Make(tight, spec, map, ModelRequests.OfTrace(trace, map), gpus);
    }
}
