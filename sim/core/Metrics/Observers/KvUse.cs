using ELLM.Sim.Memory;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Observers;

/// <summary>Exact time integrals of KV memory in token-picoseconds, and the shares made of them.</summary>
/// <remarks>
/// <para>Live: tokens in the cache. Contiguous layouts hold more than that: <em>reserved</em> = what the residents will still
/// write (planned - live), <em>internal</em> = asked for and never used (requested - planned), <em>external</em> = the allocator's
/// rounding (allocated - requested). Paged layouts: internal = allocated - live, reserved none.</para>
/// <para>Free memory is external waste while the head of the queue does not fit, and idle otherwise. Idle memory is no waste:
/// shares are of capacity minus idle. Definitions after PagedAttention (Kwon et al., SOSP 2023, section 2 and figure 2).</para>
/// </remarks>
public struct KvUse
{
    public Int128 Live;
    public Int128 Internal;
    public Int128 Reserved;
    public Int128 External;
    public Int128 Idle;
    public Int128 Capacity;
    public Int128 Allocated;

    /// <summary>Live over capacity less idle: the useful share of what was taken.</summary>
    public readonly double? LiveShare => Share(Live);

    public readonly double? InternalShare => Share(Internal);

    public readonly double? ReservedShare => Share(Reserved);

    public readonly double? ExternalShare => Share(External);

    /// <summary>Live over the whole capacity, weighted by the time iterations computed (stalls excepted).</summary>
    public readonly double? Utilization => Ratio(Live, Capacity);

    /// <summary>Capacity that no request holds, over all of it.</summary>
    public readonly double? FreeShare => Ratio(Capacity - Allocated, Capacity);

    internal void Add(in IterationSpan span, in StepSums sums)
    {
        ref readonly KvSpan kv = ref span.Kv;
        Int128 live = Math.BigMul(span.LiveTokens, sums.Duration);
        Int128 allocated = Math.BigMul(kv.AllocatedSum, span.Durations.FirstPs);
        if (span.Steps > 1)
        {
            live += sums.Moment * span.DecodeSequences;
            allocated += Math.BigMul(kv.AllocatedMoment, span.Durations.GrowthPs);
        }
        Int128 capacity = Math.BigMul(kv.CapacityTokens, sums.Duration);
        Live += live;
        Capacity += capacity;
        Allocated += allocated;
        if (kv.PlannedTokens > 0)
        {
            Int128 planned = Math.BigMul(kv.PlannedTokens, sums.Duration);
            Int128 requested = Math.BigMul(kv.RequestedTokens, sums.Duration);
            Reserved += planned - live;
            Internal += requested - planned;
            External += allocated - requested;
        }
        else
        {
            Internal += allocated - live;
        }
        if (span.MemoryBlocked)
            External += capacity - allocated;
        else
            Idle += capacity - allocated;
    }

    private readonly double? Share(Int128 part) => Ratio(part, Capacity - Idle);

    private static double? Ratio(Int128 part, Int128 whole) => whole == 0 ? null : (double)part / (double)whole;
}
