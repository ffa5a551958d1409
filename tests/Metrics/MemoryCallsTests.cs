using ELLM.Sim.Memory;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

internal sealed class MemoryCallsTests
{
    [Test]
    public void Shares_and_the_longest_waits_are_over_all_spans()
    {
        MemoryCalls calls = default;
        calls.Add(Span(prefill: 8, decodes: 0, steps: 1, stall: 30, work: 100, growths: 0, waiting: 0));
        calls.Add(Span(prefill: 0, decodes: 4, steps: 9, stall: 0, work: 60, growths: 3, waiting: 0));
        calls.Add(Span(prefill: 0, decodes: 4, steps: 1, stall: 20, work: 40, growths: 1, waiting: 1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(calls.WorkShare(1000), Is.EqualTo(0.2));
            Assert.That(calls.StallShare(1000), Is.EqualTo(0.05));
            Assert.That((calls.LongestStallPs, calls.LongestDecodeStallPs), Is.EqualTo((30L, 20L)));
            Assert.That(calls.HiddenShare, Is.EqualTo(0.75));
            Assert.That(calls.BytesPerDecodeStep, Is.EqualTo(4 * 64 / 10.0), "ten decode steps");
        }
    }

    [Test]
    public void Growing_range_counts_its_growths_and_those_that_waited()
    {
        VmmKv memory = new(
            new VmmOptions(40, 4, 1, 1) { Fused = true, Watermark = 0, Map = [new DriverCall(100)], GrowthMaps = CallTiming.Sync });
        KvGrant grant = default;
        memory.Admit(ref grant, new KvDemand(4, 20, 17), default);
        memory.StartIteration(new IterationLoad(false, 4), 0);
        memory.Join(ref grant, 4);
        KvSpan first = default, second = default;
        Assert.That(memory.StartIteration(new IterationLoad(true, 1), 0), Is.EqualTo(100));
        memory.Advance(4, ref first, true);
        memory.StartIteration(new IterationLoad(true, 1), 0);
        memory.Advance(1, ref second, true);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((first.Growths, first.WaitingGrowths, first.GrowthBytes), Is.EqualTo((1L, 1L, 4L)));
            Assert.That(first.MapWorkPs, Is.EqualTo(200), "the prompt's chunk and one for growth");
            Assert.That((second.Growths, second.WaitingGrowths, second.MapWorkPs), Is.EqualTo((1L, 1L, 100L)));
        }
    }

    [Test]
    public void Live_activations_are_a_share_of_the_reserve_by_kind_of_iteration()
    {
        ActivationUse use = default;
        ActivationDemand demand = new(BytesPerToken: 10, SamplerBytesPerSequence: 30, ReserveBytes: 1000);
        use.Add(Span(prefill: 50, decodes: 0, steps: 1), demand);
        use.Add(Span(prefill: 0, decodes: 5, steps: 9), demand);
        use.Add(Span(prefill: 0, decodes: 25, steps: 1), demand);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(use.PrefillShare, Is.EqualTo(0.5), "layers: 50 tokens of 10 bytes");
            Assert.That(use.DecodeShare, Is.EqualTo(((9 * 150) + 750) / 10_000.0), "sampler: 30 bytes a sequence");
            Assert.That(default(ActivationUse).PrefillShare, Is.Null);
        }
    }

    private static IterationSpan Span(
        int prefill, int decodes, long steps, long stall = 0, long work = 0, long growths = 0, long waiting = 0) => new()
        {
            PrefillTokens = prefill,
            PrefillSequences = prefill > 0 ? 1 : 0,
            DecodeSequences = decodes,
            Steps = steps,
            MapStallPs = stall,
            Kv = new KvSpan { MapWorkPs = work, Growths = growths, WaitingGrowths = waiting, GrowthBytes = 64 },
        };
}
