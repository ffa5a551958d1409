using ELLM.Sim.Compat.Vidur;
using ELLM.Sim.Configuration;
using ELLM.Sim.Memory;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Compat.Vidur;

[TestFixture]
public sealed class VidurAdapterTests
{
    private const long Ms = 1_000_000_000;

    private static readonly RunConfig Vllm = new("vllm", Model: "llama-2-7b", Gpu: "a100-80") { Engine = new EngineSpec(MaxNumSeqs: 128) };

    private static readonly Trace Some = new(
        "some",
        [.. Enumerable.Range(0, 200).Select(i => 1 + i * 20 * Ms)],
        [.. Enumerable.Range(0, 200).Select(i => 10 + i * 37 % 900)],
        [.. Enumerable.Range(0, 200).Select(i => 1 + i * 13 % 200)]);

    [Test]
    public void Convert_defaults_of_vLLM_are_vidurs()
    {
        VidurConfig config = VidurAdapter.Convert(Vllm);
        VidurConfig vidur = new()
        {
            Model = VidurCatalog.Model("Llama-2-7b") with { Name = "llama-2-7b" },
            Scheduler = VidurScheduler.Vllm,
            Seed = 1
        };
        Assert.That(config, Is.EqualTo(vidur));
        Assert.That(VidurMemoryPlan.Of(config).Blocks, Is.EqualTo(7424));
    }

    [TestCase("stall-free", "paged", VidurScheduler.Sarathi)]
    [TestCase("iteration-level", "contiguous", VidurScheduler.Orca)]
    [TestCase("request-level", "contiguous", VidurScheduler.FasterTransformer)]
    public void Convert_other_schedulers_find_their_counterpart(string scheduler, string layout, VidurScheduler expected) =>
        Assert.That(VidurAdapter.Convert(Vllm with { Policy = new PolicySpec(Layout: layout, Scheduler: scheduler) }).Scheduler,
            Is.EqualTo(expected));

    [TestCase("unified", "paged", Reservation.Max, "recompute", "no scheduler like unified on paged")]
    [TestCase("iteration-level", "contiguous", Reservation.Pow2, "wait", "expected policy.reservation max, found pow2")]
    [TestCase("prefill-first", "paged", Reservation.Max, "swap", "expected policy.overflow recompute, found swap")]
    public void Convert_without_a_counterpart_says_why(
        string scheduler, string layout, Reservation reservation, string overflow, string expected)
    {
        RunConfig config =
            Vllm with
            {
                Policy = new PolicySpec(layout, Overflow: overflow,
                Scheduler: scheduler).With(new ContiguousKnobs { Reservation = reservation })
            };
        Assert.That(Assert.Throws<InputException>(() => VidurAdapter.Convert(config))!.Message, Does.Contain(expected));
    }

    [Test]
    public void Convert_stated_values_are_kept()
    {
        VidurConfig config = VidurAdapter.Convert(Vllm with
        {
            Tp = 2,
            Engine = new EngineSpec(MaxModelLen: 2048, MaxNumSeqs: 7, MaxNumBatchedTokens: 333, GpuMemoryUtilization: 0.8, Replicas: 3,
                Router: "least-outstanding"),
            Policy = new PolicySpec().With(new PagedKnobs { BlockTokens = 32, Watermark = 0.05, BlockCheck = BlockCheck.Needed }),
            Memory = new MemoryOverrides { KvBlocks = 99 },
        });
        Assert.That(
            (config.TensorParallel, config.MaxTokens, config.BatchCap, config.MaxTokensInBatch, config.MemoryMargin, config.Replicas,
                config.Routing, config.BlockTokens, config.Watermark, config.Quirks.FreeBlockForEveryDecode, config.Blocks),
            Is.EqualTo((2, 2048, 7, 333, 0.2, 3, VidurRouting.LeastOutstanding, 32, 0.05, false, (int?)99)));
    }

    [Test]
    public void Run_every_ledger_sums_to_the_last_picosecond()
    {
        RunMetrics metrics = new();
        RunOutcome outcome =
            VidurAdapter.Run(Vllm with { Memory = new MemoryOverrides { KvBlocks = 120 } }, Some,
                new VidurAdapterOptions(Observer: metrics));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcome.Records.Select(r => r.Status), Is.All.EqualTo(RequestStatus.Finished));
            Assert.That(outcome.Records.Select(r => r.FinishPs - r.ArrivalPs), Is.EqualTo(outcome.Records.Select(r => r.Ledger.Total)));
            Assert.That(outcome.Records.Select(r => r.ArrivalPs), Is.EqualTo(Some.ArrivalPs));
            Assert.That(outcome.Records.Select(r => r.EmittedTokens), Is.EqualTo(Some.OutputTokens));
            Assert.That(outcome.Counters.Preemptions, Is.Positive);
            Assert.That(outcome.Counters.PrefillTokens + outcome.Counters.DecodeTokens,
                Is.EqualTo(Some.InputTokens.Sum() + Some.OutputTokens.Sum() - Some.Count + outcome.Counters.RecomputedTokens));
            Assert.That(metrics.Iterations, Is.EqualTo(outcome.Counters.Iterations));
            Assert.That(metrics.BusyPs, Is.EqualTo(outcome.Counters.BusyPs).Within(outcome.Counters.Iterations * 10));
            Assert.That(metrics.Itl.Count, Is.EqualTo(Some.OutputTokens.Sum() - Some.Count));
        }
    }

    [Test]
    public void Run_long_requests_are_clipped()
    {
        RunOutcome outcome = VidurAdapter.Run(Vllm, new Trace("long", [0, 0, 0], [5000, 10, 10], [10, 9000, 10]));
        Assert.That(
            outcome.Records.Select(r => (r.InputTokens, r.OutputTokens, r.Clipped)),
            Is.EqualTo(new[] { (4086, 10, true), (1, 4095, true), (10, 10, false) }));
    }

    [Test]
    public void Run_request_that_can_never_fit_stalls_and_is_reported_unfinished()
    {
        RunOutcome outcome =
            VidurAdapter.Run(Vllm with { Memory = new MemoryOverrides { KvBlocks = 4 } },
                new Trace("t", [0, 0, 0], [16, 640, 16], [1, 1, 1]));
        Assert.That(outcome.Records.Select(r => r.Status),
            Is.EqualTo(new[] { RequestStatus.Finished, RequestStatus.Unfinished, RequestStatus.Unfinished }));
        Assert.That((outcome.Records[1].FinishPs, outcome.Records[1].EmittedTokens, outcome.Records[1].Ledger.Total),
            Is.EqualTo((-1L, 0, 0L)));
    }
}
