using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

internal sealed class LatencyClocksTests
{
    [Test]
    public void Queueing_is_split_by_why_the_head_waited()
    {
        LatencyClocks clocks = new();
        LatencyLedger early = default, late = default;
        clocks.EnterQueue(ref early, 10);
        clocks.SetBlocked(25, memoryBlocked: true);
        clocks.EnterQueue(ref late, 30);
        clocks.SetBlocked(40, memoryBlocked: true);
        clocks.SetBlocked(47, memoryBlocked: false);
        clocks.LeaveQueue(ref early, 50);
        clocks.LeaveQueue(ref late, 50);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((early.QueueMemory, early.QueueCompute), Is.EqualTo((22L, 18L)));
            Assert.That((late.QueueMemory, late.QueueCompute), Is.EqualTo((17L, 3L)));
        }
    }

    [Test]
    public void A_mixed_iteration_costs_a_decoding_request_decode_and_interference()
    {
        LatencyClocks clocks = new();
        LatencyLedger prompt = default, decoding = default;
        clocks.EnterDecode(ref decoding);
        clocks.EnterPrefill(ref prompt, again: false);
        clocks.Spend(runPs: 100, decodePs: 30, new SpanStalls(MapPs: 5, TransferPs: 7, GpuPs: 11));
        clocks.LeavePrefill(ref prompt, again: false);
        clocks.Spend(runPs: 40, decodePs: 40, default);
        clocks.LeaveDecode(ref decoding);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((decoding.Decode, decoding.PrefillInterference), Is.EqualTo((70L, 70L)));
            Assert.That((decoding.MapStall, decoding.TransferStall, decoding.GpuWait, decoding.Total), Is.EqualTo((5L, 7L, 11L, 163L)));
            Assert.That((prompt.Prefill, prompt.MapStall, prompt.TransferStall, prompt.GpuWait, prompt.Total),
                Is.EqualTo((100L, 5L, 7L, 11L, 123L)));
        }
    }

    [Test]
    public void A_prefill_after_a_preemption_is_recomputation()
    {
        LatencyClocks clocks = new();
        LatencyLedger ledger = default;
        clocks.EnterPrefill(ref ledger, again: true);
        clocks.Spend(9, 0, default);
        clocks.LeavePrefill(ref ledger, again: true);
        Assert.That((ledger.Recompute, ledger.Prefill), Is.EqualTo((9L, 0L)));
    }
}
