using System.Numerics;
using ELLM.Sim.Time;

namespace ELLM.Sim.Memory;

/// <summary>How much a contiguous layout reserves for a request at its admission.</summary>
public enum Reservation : byte
{
    /// <summary>max_model_len tokens.</summary>
    Max,

    /// <summary>The prompt, and the output rounded up to a power of two.</summary>
    Pow2,

    /// <summary>Exactly what the request will need.</summary>
    Oracle,
}

/// <summary>KV memory in one contiguous region a request, reserved whole at admission; nothing grows, nothing is preempted.</summary>
/// <remarks>
/// Waste by its names in PagedAttention (Kwon et al., SOSP 2023, section 3.1): reserved are the tokens a resident will still
/// write, internal what it never will, external the allocator's rounding and holes.
/// </remarks>
public sealed class ContiguousKv : IKvMemory
{
    private readonly BuddyAllocator _regions;
    private readonly HandleTable<Region> _held = new();
    private readonly Reservation _reservation;
    private readonly int _maxModelLen;
    private long _planned;
    private long _requested;

    public ContiguousKv(int capacityTokens, Reservation reservation, int maxModelLen, int minRegion, long bytesPerToken)
    {
        _regions = new BuddyAllocator(capacityTokens, minRegion);
        _reservation = reservation;
        _maxModelLen = maxModelLen;
        BytesPerToken = bytesPerToken;
        CapacityTokens = capacityTokens;
    }

    public long CapacityTokens { get; }

    public long AllocatedTokens => _regions.AllocatedTokens;

    public long BytesPerToken { get; }

    public long UsedUnits => _regions.AllocatedTokens;

    public long UnitsOf(in KvGrant grant, int tokens) => grant.Units;

    internal static ContiguousKv Create(LayoutInput input)
    {
        ContiguousKnobs knobs = input.Of<ContiguousKnobs>();
        int tokens = (int)Math.Min(int.MaxValue / 2, input.Budget.KvTokens);
        return new ContiguousKv(tokens, knobs.Reservation, input.MaxModelLen, knobs.MinAllocationTokens, input.Budget.KvBytesPerToken);
    }

    public bool CouldHold(in KvDemand demand) => Requested(demand) <= _regions.LargestRegion;

    public Admission CanAdmit(in KvDemand demand, in IterationLoad load)
    {
        int requested = Requested(demand);
        if (requested > _regions.LargestRegion)
            return Admission.Never;
        return _regions.CanAllocate(requested) ? Admission.Now : Admission.Later;
    }

    public void Admit(ref KvGrant grant, in KvDemand demand, in IterationLoad load)
    {
        int requested = Requested(demand);
        grant.Units = _regions.RegionFor(requested);
        grant.Handle = _held.Take();
        _held[grant.Handle] = new Region(_regions.Allocate(requested), requested, demand.PlannedTokens);
        _planned += demand.PlannedTokens;
        _requested += requested;
    }

    public bool CanExtend(in KvGrant grant, int tokens, in IterationLoad load) => tokens <= grant.Units;

    public void Extend(ref KvGrant grant, int tokens)
    {
        if (tokens > grant.Units)
            throw new InvalidOperationException($"a region of {grant.Units} tokens cannot hold {tokens}");
    }

    public void Release(ref KvGrant grant, int tokens)
    {
        Region region = _held[grant.Handle];
        _held.Return(grant.Handle);
        _regions.Free(region.Start, grant.Units);
        _planned -= region.Planned;
        _requested -= region.Requested;
        grant = default;
    }

    public void Join(ref KvGrant grant, int tokens)
    {
    }

    public void Leave(ref KvGrant grant, int tokens)
    {
    }

    public long Horizon(long maxSteps, int lastTokens, long stepPs) => maxSteps;

    public long StartIteration(in IterationLoad load, long overlapPs) => 0;

    public void Advance(long steps, ref KvSpan span, bool watched)
    {
        span.CapacityTokens = CapacityTokens;
        span.AllocatedSum = steps * AllocatedTokens;
        span.AllocatedMoment = StepSeries.Pairs(steps) * AllocatedTokens;
        span.PlannedTokens = _planned;
        span.RequestedTokens = _requested;
    }

    private int Requested(in KvDemand demand)
    {
        int output = demand.OutputTokens;
        int prompt = demand.PlannedTokens - (output - 1);
        return _reservation switch
        {
            Reservation.Max => _maxModelLen,
            Reservation.Pow2 => (int)Math.Min(_maxModelLen, prompt + (long)BitOperations.RoundUpToPowerOf2((uint)output)),
            Reservation.Oracle => prompt + output,
            _ => throw new InvalidOperationException($"unknown reservation {_reservation}"),
        };
    }

    /// <param name="Start">First token of the region.</param>
    /// <param name="Requested">Tokens asked for before the allocator's rounding.</param>
    /// <param name="Planned">Tokens the sequence will hold when it ends.</param>
    private readonly record struct Region(int Start, int Requested, int Planned);
}
