namespace ELLM.Sim.Memory;

/// <summary>KV in contiguous address ranges backed by physical chunks that are mapped as sequences grow.</summary>
/// <remarks>
/// <para>A unit is what a range grows by at once: one chunk when layers are fused, one for K and one for V of each layer
/// otherwise. n tokens take ceil(n * bytes / chunk) units; a unit need not hold a whole number of tokens.</para>
/// <para>A range that loses its owner stays mapped and is handed to the next one by best fit, so that most admissions map little.
/// Chunks of idle ranges are taken back when others need them. With an elastic boundary the same pool backs activations: an
/// iteration takes what its tokens need, KV may use the rest, and each side takes the other's idle chunks (eLLM calls KV taking
/// them inflation, and activations getting them back deflation).</para>
/// <para>Calls serialise on one driver lock. Work that runs in the background is hidden by the iteration before; what is left, and
/// all synchronous work, delays the iteration: <see cref="StartIteration"/> says by how much (VmmKv.Driver.cs). Sources: eLLM (arXiv
/// 2506.15155), vTensor (arXiv 2407.15309) and its code in GLakeServe, vAttention (arXiv 2405.04437) and its code.</para>
/// </remarks>
public sealed partial class VmmKv : IKvMemory
{
    private readonly VmmOptions _options;
    private readonly KvGrowth _growth;
    private readonly IdleSlots _idle = new();
    private readonly long _poolChunks;
    private readonly long _chunksPerUnit;
    private readonly long _unitTokens;
    private readonly long _watermark;

    /// <summary>Sequences that do not yet grow beyond what is mapped for them, by the decode step from which they do.</summary>
    private readonly PriorityQueue<int, long> _covered = new();
    private readonly Dictionary<(long Step, int Class), int> _uncovered = [];
    private int _coveredCount;
    private long _step;
    private long _liveUnits;
    private long _activationChunks;
    private bool _preempted;

    /// <summary>Sequences that hold units.</summary>
    private int _owners;
    private long _reportedPs;
    private long _waitingGrowths;

    public VmmKv(VmmOptions options)
    {
        _options = options;
        long unitBytesPerToken = options.Fused ? options.BytesPerToken : options.BytesPerToken / (2 * options.Layers);
        if (options.ChunkBytes < unitBytesPerToken)
            throw new InputException($"policy.chunk_kib: a chunk of {options.ChunkBytes} bytes cannot hold the {unitBytesPerToken} bytes a token writes into it");
        _growth = new KvGrowth(unitBytesPerToken, options.ChunkBytes);
        _chunksPerUnit = options.Fused ? 1 : 2L * options.Layers;
        _poolChunks = options.PoolBytes / options.ChunkBytes;
        _unitTokens = (options.ChunkBytes + unitBytesPerToken - 1) / unitBytesPerToken;
        Units = _poolChunks / _chunksPerUnit;
        _watermark = (long)(options.Watermark * Units);
        _map = new DriverCalls(options.Map, "vmm map", options.Seed, options.Ranks);
        _unmap = new DriverCalls(options.Unmap, "vmm unmap", options.Seed, options.Ranks);
        BytesPerToken = options.BytesPerToken;
    }

    /// <summary>Units the whole pool makes.</summary>
    public long Units { get; }

    public long BytesPerToken { get; }

    public long CapacityTokens => Units * _unitTokens;

    public long AllocatedTokens => _liveUnits * _unitTokens;

    public long UsedUnits => _liveUnits;

    /// <summary>Chunks mapped for nobody: idle ranges and, beyond what the last iteration used, activations.</summary>
    public long IdleChunks => _idle.Units * _chunksPerUnit;

    /// <summary>Chunks mapped for activations.</summary>
    public long ActivationChunks => _activationChunks;

    private long UnmappedChunks => _poolChunks - ((_liveUnits + _idle.Units) * _chunksPerUnit) - _activationChunks;

    public long UnitsOf(in KvGrant grant, int tokens) => Held(grant, tokens);

    public bool CouldHold(in KvDemand demand) =>
        Math.Max(_growth.Units(demand.PlannedTokens), Wanted(demand)) <= UnitsBeside(ActivationsOf(demand.Tokens));

    public Admission CanAdmit(in KvDemand demand, in IterationLoad load)
    {
        long wanted = Wanted(demand);
        if (UnitsBeside(ActivationsOf(demand.Tokens)) - wanted < _watermark)
            return Admission.Never;
        // A range that waits for an owner is room for this one even when nobody else can have its chunks.
        long free = FreeBeside(load) + (PinnedUnits > 0 ? _idle.BestFit(wanted) : 0);
        if (_preempted && _owners > 0)
            wanted += _options.ExtraAfterPreemption;
        return free - wanted >= _watermark ? Admission.Now : Admission.Later;
    }

    public void Admit(ref KvGrant grant, in KvDemand demand, in IterationLoad load)
    {
        long wanted = Wanted(demand);
        long mapped = _idle.TakeBestFit(wanted);
        // A range with more than is wanted keeps it, unless the pool is short.
        if (mapped > wanted && FreeBeside(load) - mapped < _watermark)
        {
            Unmap(mapped - wanted);
            mapped = wanted;
        }
        MapForPrefill(Math.Max(0, wanted - mapped));
        grant.Units = (int)Math.Max(wanted, mapped);
        _liveUnits += grant.Units;
        _owners++;
    }

    public bool CanExtend(in KvGrant grant, int tokens, in IterationLoad load) =>
        _growth.Units(tokens) - grant.Units <= FreeBeside(load);

    public void Extend(ref KvGrant grant, int tokens)
    {
        long more = _growth.Units(tokens) - grant.Units;
        if (more <= 0)
            return;
        MapForPrefill(more);
        grant.Units += (int)more;
        _liveUnits += more;
    }

    public void Release(ref KvGrant grant, int tokens) => GiveBack(ref grant, tokens, _options.KeepChunks);

    public void Evict(ref KvGrant grant, int tokens)
    {
        _preempted = true;
        GiveBack(ref grant, tokens, _options.UnmapsPreempted ? 0 : _options.KeepChunks);
    }

    private void GiveBack(ref KvGrant grant, int tokens, long keepUnits)
    {
        long held = Held(grant, tokens);
        long kept = Math.Min(held, keepUnits);
        _liveUnits -= held;
        _owners--;
        if (_liveUnits < 0)
            throw new InvalidOperationException($"returning {held} units but {_liveUnits + held} are used");
        if (kept > 0)
            _idle.Add(kept);
        Unmap(held - kept);
        grant = default;
    }

    public void Join(ref KvGrant grant, int tokens)
    {
        long covered = _growth.Tokens(grant.Units) - tokens;
        grant.GrowsFrom = _step + covered;
        if (covered > 0)
        {
            _covered.Enqueue(_growth.ClassOf(tokens), grant.GrowsFrom);
            _coveredCount++;
        }
        else
        {
            _growth.Join(_growth.ClassOf(tokens));
        }
    }

    public void Leave(ref KvGrant grant, int tokens)
    {
        int sequenceClass = _growth.ClassOf(tokens);
        if (grant.GrowsFrom <= _step)
        {
            _growth.Leave(sequenceClass);
            return;
        }
        (long, int) key = (grant.GrowsFrom, sequenceClass);
        _uncovered[key] = _uncovered.GetValueOrDefault(key) + 1;
        _coveredCount--;
    }

    public long Horizon(long maxSteps, int lastTokens, long stepPs)
    {
        if (_covered.TryPeek(out _, out long from))
            maxSteps = Math.Min(maxSteps, from - _step);
        if (_growth.Count == 0)
            return maxSteps;
        long free = UnitsBeside(ActivationsOf(Decoding)) - _liveUnits - PinnedUnits;
        long unmapped = Math.Max(0, UnmappedChunks / _chunksPerUnit);
        long hidden = _options.GrowthMaps == CallTiming.Background ? stepPs * _options.LeadSteps : 0;
        long unitPs = _chunksPerUnit * _map.LongestPs;
        long taken = 0;
        long steps = 0;
        while (steps < maxSteps)
        {
            long need = _growth.Need(steps);
            taken += need;
            // The last in order gets no credit for a chunk that it takes itself.
            if (!_growth.Fits(_options.Check, free - taken, lastTokens: -1, steps))
                break;
            // The first step's wait is known when it starts; a later step must neither wait nor take chunks back from somebody.
            if (steps > 0 && need > 0 && ((need * unitPs) + _options.BroadcastPs > hidden || taken > unmapped))
                break;
            steps++;
        }
        return steps;
    }

    public void Advance(long steps, ref KvSpan span, bool watched)
    {
        KvGrown grown = _growth.Over(steps, _liveUnits);
        _map.Skip((grown.Units - _chargedGrowth) * _chunksPerUnit);
        _chargedGrowth = 0;
        _liveUnits += grown.Units;
        if (watched)
        {
            span.Hold(CapacityTokens, grown, _unitTokens);
            ReportCalls(grown.Units, ref span);
        }
        if (_liveUnits > Units)
            throw new InvalidOperationException($"{_liveUnits} of {Units} units are used");
        _growth.Advance(steps);
        _step += steps;
        while (_covered.TryPeek(out int sequenceClass, out long from) && from <= _step)
        {
            _covered.Dequeue();
            (long, int) key = (from, sequenceClass);
            if (!_uncovered.TryGetValue(key, out int gone))
            {
                _growth.Join(sequenceClass);
                _coveredCount--;
            }
            else if (gone == 1)
            {
                _uncovered.Remove(key);
            }
            else
            {
                _uncovered[key] = gone - 1;
            }
        }
    }

    /// <summary>Sequences of the present batch, growing or covered.</summary>
    private int Decoding => _growth.Count + _coveredCount;

    private long Wanted(in KvDemand demand) => _growth.Units((long)demand.Tokens + _options.LookAheadTokens);

    private long Held(in KvGrant grant, int tokens) => Math.Max(grant.Units, _growth.Units(tokens));

    private long ActivationsOf(int tokens) => _options.Elastic
        ? ((tokens * _options.ActivationBytesPerToken) + _options.ChunkBytes - 1) / _options.ChunkBytes
        : 0;

    private long UnitsBeside(long activationChunks) => Math.Max(0, (_poolChunks - activationChunks) / _chunksPerUnit);

    /// <summary>Units that nobody uses, beside the iteration's activations and the growth of the decodes in it.</summary>
    private long FreeBeside(in IterationLoad load) =>
        UnitsBeside(ActivationsOf(load.Tokens)) - _liveUnits - PinnedUnits - (load.WithDecodes ? _growth.Need(0) : 0);

    /// <summary>Units of idle ranges that only a next owner can have, less those already promised to somebody.</summary>
    private long PinnedUnits
    {
        get
        {
            if (_options.ReclaimsIdle || _owners <= 1)
                return 0;
            long owed = Math.Max(0, -UnmappedChunks - _activationChunks);
            return Math.Max(0, _idle.Units - ((owed + _chunksPerUnit - 1) / _chunksPerUnit));
        }
    }
}
