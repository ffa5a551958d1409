using ELLM.Sim.Memory.Prefixes;

namespace ELLM.Sim.Memory;

/// <summary>KV in contiguous address ranges backed by physical chunks that are mapped as sequences grow.</summary>
/// <remarks>
/// <para>A unit is what a range grows by at once: one chunk when layers are fused, one for K and one for V of each layer
/// otherwise. n tokens take ceil(n * bytes / chunk) units; a unit need not hold a whole number of tokens.</para>
/// <para>A range that loses its owner stays mapped and is handed to the next one by best fit, so that most admissions map little.
/// Chunks of idle ranges are taken back when others need them. With an elastic boundary the same pool backs activations: an
/// iteration takes what its tokens need, KV may use the rest, and each side takes the other's idle chunks (eLLM calls KV taking
/// them inflation, and activations getting them back deflation).</para>
/// <para>Cached prefixes that no sequence holds are chunks of their own, a third party of the pool: whole units, shared by the ranges of
/// those that begin alike. They give their chunks when neither activations nor idle ranges have any to give, or first of all
/// (<see cref="ReclaimOrder"/>).</para>
/// <para>What is promised between two iterations is mapped when the next one starts (<see cref="VmmCalls"/>). Sources: eLLM (arXiv
/// 2506.15155), vTensor (arXiv 2407.15309) and its code in GLakeServe, vAttention (arXiv 2405.04437) and its code.</para>
/// </remarks>
public sealed class VmmKv : IKvMemory
{
    private readonly VmmOptions _options;
    private readonly KvGrowth _growth;
    private readonly CoveredDecodes _covered;
    private readonly VmmCalls _calls;
    private readonly IdleSlots _idle = new();
    private readonly long _poolChunks;
    private readonly long _chunksPerUnit;
    private readonly long _unitTokens;
    private readonly long _watermark;
    private int _owners;
    private bool _preempted;

    /// <param name="options">Sizes, rules, prices.</param>
    /// <param name="prompts">Which prompts begin alike, where prefixes are cached; null: they are not.</param>
    public VmmKv(VmmOptions options, PromptChains? prompts = null)
    {
        _options = options;
        _growth = new KvGrowth(options.ChunkBytesPerToken, options.ChunkBytes);
        _covered = new CoveredDecodes(_growth);
        _calls = new VmmCalls(options);
        _chunksPerUnit = options.ChunksPerUnit;
        _poolChunks = options.PoolBytes / options.ChunkBytes;
        _unitTokens = (options.ChunkBytes + options.ChunkBytesPerToken - 1) / options.ChunkBytesPerToken;
        Units = _poolChunks / _chunksPerUnit;
        _watermark = (long)(options.Watermark * Units);
        Prefixes = prompts is null ? null : new PrefixCache(prompts, _growth, units: null);
    }

    /// <summary>Units the whole pool makes.</summary>
    public long Units { get; }

    /// <summary>Tokens that one chunk in every layer holds.</summary>
    public long ChunkTokens => _unitTokens;

    public long BytesPerToken => _options.BytesPerToken;

    public long CapacityTokens => Units * _unitTokens;

    public long AllocatedTokens => UsedUnits * _unitTokens;

    public long UsedUnits { get; private set; }

    public PrefixCache? Prefixes { get; }

    /// <summary>Chunks of cached prefixes that no sequence holds.</summary>
    public long PrefixChunks => (Prefixes?.IdleUnits ?? 0) * _chunksPerUnit;

    /// <summary>Chunks mapped in ranges without an owner.</summary>
    public long IdleChunks => _idle.Units * _chunksPerUnit;

    /// <summary>Chunks mapped for activations.</summary>
    public long ActivationChunks { get; private set; }

    /// <summary>Where the chunks are, bytes.</summary>
    /// <remarks>
    /// <code>
    ///              |------------------- pool -------------------|
    /// no debt      | live         | idle    | activations | free |
    /// debt         | live                       | idle    | activations |
    ///                                                        |---owed---|
    /// reported     | live                       | idle    |act|
    /// </code>
    /// An admission between two iterations is live at once. Where that promises more chunks than are free, the next iteration takes
    /// them back, from activations it does not need first and from idle ranges then, and so they are counted here.
    /// </remarks>
    public MappedMemory? Mapped
    {
        get
        {
            long owed = Math.Max(0, -UnmappedChunks);
            owed -= PrefixesFirst ? Math.Min(owed, PrefixChunks) : 0;
            long fromActivations = Math.Min(owed, ActivationChunks);
            owed -= fromActivations;
            owed -= RangesLast ? Math.Min(owed, PrefixChunks) : 0;
            long idle = (IdleChunks - Math.Min(owed, IdleChunks)) * _options.ChunkBytes;
            long held = UsedUnits * _chunksPerUnit * _options.ChunkBytes;
            long activations = (ActivationChunks - fromActivations) * _options.ChunkBytes;
            return new MappedMemory(held, idle, activations, _options.PoolBytes - held - activations - idle, _options.Elastic);
        }
    }

    /// <summary>Chunks mapped nowhere; negative while chunks are owed, see <see cref="Mapped"/>.</summary>
    private long UnmappedChunks => _poolChunks - ((UsedUnits + _idle.Units) * _chunksPerUnit) - ActivationChunks - PrefixChunks;

    private bool PrefixesFirst => _options.Reclaim == ReclaimOrder.PrefixesFirst;

    /// <summary>Cached prefixes give before idle ranges do.</summary>
    private bool RangesLast => PrefixesFirst || !_options.ReclaimsIdle;

    public long UnitsOf(in KvGrant grant, int tokens) => Held(grant, tokens);

    internal static VmmKv Create(LayoutInput input) =>
        new(VmmOptions.From(input), input.Of<VmmKnobs>().PrefixCache == PrefixCaching.Off ? null : input.Prompts);

    public bool CouldHold(in KvDemand demand) =>
        Math.Max(_growth.Units(demand.PlannedTokens), Wanted(demand)) <= UnitsBeside(ActivationsOf(demand.Tokens, 1));

    public Admission CanAdmit(in KvDemand demand, in IterationLoad load)
    {
        long wanted = Wanted(demand);
        if (UnitsBeside(ActivationsOf(demand.Tokens, 1)) - wanted < _watermark)
            return Admission.Never;
        wanted -= Prefixes?.AlreadyHeld(demand) ?? 0;
        // A range that waits for an owner is room for this one even when no other sequence can have its chunks.
        long free = FreeBeside(load) + (PinnedUnits > 0 ? _idle.BestFit(wanted) : 0);
        if (_preempted && _owners > 0)
            wanted += _options.ExtraAfterPreemption;
        return free - wanted >= (demand.Passing ? 0 : _watermark) ? Admission.Now : Admission.Later;
    }

    public void Admit(ref KvGrant grant, in KvDemand demand, in IterationLoad load)
    {
        PrefixHold found = Prefixes?.Hold(demand) ?? default;
        grant.Prefix = found.Holder;
        long wanted = Math.Max(0, Wanted(demand) - found.Units);
        long mapped = _idle.TakeBestFit(wanted);
        // A range with more than is wanted keeps it, unless the pool is short.
        if (mapped > wanted && FreeBeside(load) - mapped - found.Free < _watermark)
        {
            _calls.Unmap((mapped - wanted) * _chunksPerUnit);
            mapped = wanted;
        }
        _calls.MapForPrefill((found.Units + Math.Max(0, wanted - mapped)) * _chunksPerUnit);
        grant.Units = (int)(found.Units + Math.Max(wanted, mapped));
        UsedUnits += grant.Units - (found.Units - found.Free);
        _owners++;
    }

    public bool CanExtend(in KvGrant grant, int tokens, in IterationLoad load) =>
        _growth.Units(tokens) - grant.Units <= FreeBeside(load);

    public void Extend(ref KvGrant grant, int tokens)
    {
        long more = _growth.Units(tokens) - grant.Units;
        if (more <= 0)
            return;
        _calls.MapForPrefill(more * _chunksPerUnit);
        grant.Units += (int)more;
        UsedUnits += more;
    }

    public void Release(ref KvGrant grant, int tokens) => GiveBack(ref grant, tokens, _options.KeepChunks, returns: false);

    public void Evict(ref KvGrant grant, int tokens)
    {
        _preempted = true;
        GiveBack(ref grant, tokens, _options.UnmapsPreempted ? 0 : _options.KeepChunks, returns: true);
    }

    private void GiveBack(ref KvGrant grant, int tokens, long keepUnits, bool returns)
    {
        long held = Held(grant, tokens);
        (long nameless, long named) = Prefixes?.Release(grant.Prefix, held, tokens, returns) ?? (held, 0);
        // What is cached leaves the range; its chunks stay.
        long kept = Math.Min(nameless, keepUnits);
        UsedUnits -= nameless + named;
        _owners--;
        if (UsedUnits < 0)
            throw new InvalidOperationException($"returning {held} units but {UsedUnits + held} are used");
        if (kept > 0)
            _idle.Add(kept);
        _calls.Unmap((held - kept) * _chunksPerUnit);
        grant = default;
    }

    public void Join(ref KvGrant grant, int tokens) => grant.Handle = _covered.Join(tokens, _growth.Tokens(grant.Units) - tokens);

    public void Leave(ref KvGrant grant, int tokens) => _covered.Leave(growsFrom: grant.Handle, tokens);

    public int GrowingTokens(in KvGrant grant, int tokens) => _covered.Covers(growsFrom: grant.Handle) ? -1 : tokens;

    public long Horizon(long maxSteps, int lastTokens, long stepPs)
    {
        maxSteps = _covered.Unchanged(maxSteps);
        bool any = _options.Check == BlockCheck.Any && _options.EveryTurn;
        // The only owner of memory needs only what it takes: no other could give it room.
        BlockCheck check = any && _owners == 1 ? BlockCheck.Needed : _options.Check;
        if (_growth.Count == 0 && (check == BlockCheck.Needed || !any || _covered.Count == 0))
            return maxSteps;
        int decoding = _growth.Count + _covered.Count;
        long free = UnitsBeside(ActivationsOf(decoding, decoding)) - UsedUnits - PinnedUnits;
        if (_growth.Count == 0)
            return free > 0 ? maxSteps : 0;
        if (!any)
            lastTokens = -1;
        long unmapped = Math.Max(0, UnmappedChunks / _chunksPerUnit);
        long taken = 0, steps = 0;
        while (steps < maxSteps)
        {
            long need = _growth.Need(steps);
            taken += need;
            if (!_growth.Fits(check, free - taken, lastTokens, steps))
                break;
            // The first step's wait is known when it starts; a later step must neither wait nor take chunks back.
            if (steps > 0 && need > 0 && (taken > unmapped || !_calls.Hidden(need * _chunksPerUnit, stepPs)))
                break;
            steps++;
        }
        return steps;
    }

    public long StartIteration(in IterationLoad load, long overlapPs)
    {
        long activations = ActivationsOf(load.Tokens, load.Sequences);
        long need = load.WithDecodes ? _growth.Need(0) : 0;
        _calls.MapForPrefill(Math.Max(0, activations - ActivationChunks));
        ActivationChunks = Math.Max(activations, ActivationChunks);
        TakeBack((need * _chunksPerUnit) - UnmappedChunks, activations);
        _calls.MapGrowth(need * _chunksPerUnit, overlapPs);
        if (_idle.Count == 0 && _options.EagerUnits > 0 && UnmappedChunks - (need * _chunksPerUnit) >= _options.EagerUnits * _chunksPerUnit)
        {
            _calls.MapEagerly(_options.EagerUnits * _chunksPerUnit);
            _idle.Add(_options.EagerUnits);
        }
        return _calls.StartIteration(need, overlapPs);
    }

    public void Advance(long steps, ref KvSpan span, bool watched)
    {
        KvGrown grown = _growth.Over(steps, UsedUnits);
        _calls.EndIteration(grown.Units * _chunksPerUnit);
        UsedUnits += grown.Units;
        if (watched)
        {
            span.Hold(CapacityTokens, grown, _unitTokens);
            _calls.Report(grown.Units, _chunksPerUnit * _options.ChunkBytes, ref span);
        }
        if (UsedUnits > Units)
            throw new InvalidOperationException($"{UsedUnits} of {Units} units are used");
        _growth.Advance(steps);
        _covered.Advance(steps);
    }

    /// <summary>Backs what was promised: from activations that the iteration does not need, then from idle ranges, largest first.</summary>
    private void TakeBack(long chunks, long neededActivations)
    {
        if (PrefixesFirst)
            chunks -= TakePrefixes(chunks);
        if (chunks <= 0)
            return;
        long fromActivations = Math.Min(chunks, ActivationChunks - neededActivations);
        ActivationChunks -= fromActivations;
        chunks -= fromActivations;
        if (RangesLast)
            chunks -= TakePrefixes(chunks);
        long fromIdle = _idle.Reclaim((chunks + _chunksPerUnit - 1) / _chunksPerUnit);
        _calls.Unmap(fromActivations + (fromIdle * _chunksPerUnit));
        TakePrefixes(chunks - (fromIdle * _chunksPerUnit));
    }

    /// <summary>Cached prefixes give up to so many chunks, which are mapped nowhere: no call is made. Returns how many.</summary>
    private long TakePrefixes(long chunks)
    {
        if (Prefixes is null || chunks <= 0)
            return 0;
        long units = Math.Min(Prefixes.IdleUnits, (chunks + _chunksPerUnit - 1) / _chunksPerUnit);
        Prefixes.Take(units);
        return units * _chunksPerUnit;
    }

    private long Wanted(in KvDemand demand) => _growth.Units((long)demand.Tokens + _options.LookAheadTokens);

    private long Held(in KvGrant grant, int tokens) => Math.Max(grant.Units, _growth.Units(tokens));

    private long ActivationsOf(int tokens, int sequences) => _options.Elastic
        ? (Math.Min(_options.MostActivationBytes, _options.Activation.LiveBytes(tokens, sequences)) + _options.ChunkBytes - 1)
            / _options.ChunkBytes
        : 0;

    private long UnitsBeside(long activationChunks) => Math.Max(0, (_poolChunks - activationChunks) / _chunksPerUnit);

    /// <summary>Units without an owner, beside the iteration's activations and the growth of the decodes in it.</summary>
    private long FreeBeside(in IterationLoad load) =>
        UnitsBeside(ActivationsOf(load.Tokens, load.Sequences)) - UsedUnits - PinnedUnits - (load.WithDecodes ? _growth.Need(0) : 0);

    /// <summary>Units of idle ranges that only a next owner can have, less those already promised to a sequence.</summary>
    private long PinnedUnits
    {
        get
        {
            if (_options.ReclaimsIdle || _owners <= 1)
                return 0;
            long owed = Math.Max(0, -UnmappedChunks - ActivationChunks - PrefixChunks);
            return Math.Max(0, _idle.Units - ((owed + _chunksPerUnit - 1) / _chunksPerUnit));
        }
    }
}
