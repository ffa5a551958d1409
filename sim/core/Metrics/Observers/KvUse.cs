using System.Runtime.CompilerServices;
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
    /// <summary>Free while the head of the queue did not fit.</summary>
    private Int128 _blocked;

    /// <summary>Of the spans in which a layout reserved: what it planned and asked for, and what was live and allocated then.</summary>
    private Int128 _planned, _requested, _plannedLive, _plannedAllocated;

    public Int128 Live { get; private set; }

    public Int128 Capacity { get; private set; }

    public Int128 Allocated { get; private set; }

    public readonly Int128 Internal => _requested - _planned + (Allocated - _plannedAllocated) - (Live - _plannedLive);

    public readonly Int128 Reserved => _planned - _plannedLive;

    public readonly Int128 External => _plannedAllocated - _requested + _blocked;

    public readonly Int128 Idle => Capacity - Allocated - _blocked;

    /// <summary>Live over capacity less idle: the useful share of what was taken.</summary>
    public readonly double? LiveShare => Share(Live);

    public readonly double? InternalShare => Share(Internal);

    public readonly double? ReservedShare => Share(Reserved);

    public readonly double? ExternalShare => Share(External);

    /// <summary>Live over the whole capacity, weighted by the time iterations computed (stalls excepted).</summary>
    public readonly double? Utilization => Ratio(Live, Capacity);

    /// <summary>Capacity that no request holds, over all of it.</summary>
    public readonly double? FreeShare => Ratio(Capacity - Allocated, Capacity);

    // Inlined: the sums then stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
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
            _planned += Math.BigMul(kv.PlannedTokens, sums.Duration);
            _requested += Math.BigMul(kv.RequestedTokens, sums.Duration);
            _plannedLive += live;
            _plannedAllocated += allocated;
        }
        if (span.MemoryBlocked)
            _blocked += capacity - allocated;
    }

    /// <summary>What another replica of the run adds.</summary>
    internal void Add(in KvUse other)
    {
        _blocked += other._blocked;
        _planned += other._planned;
        _requested += other._requested;
        _plannedLive += other._plannedLive;
        _plannedAllocated += other._plannedAllocated;
        Live += other.Live;
        Capacity += other.Capacity;
        Allocated += other.Allocated;
    }

    private readonly double? Share(Int128 part) => Ratio(part, Capacity - Idle);

    private static double? Ratio(Int128 part, Int128 whole) => whole == 0 ? null : (double)part / (double)whole;
}
