using ELLM.Sim.Memory.Prefixes;
using ELLM.Sim.Time;

namespace ELLM.Sim.Memory;

/// <summary>KV memory in blocks of one layer: a sequence may hold some of its layers here and have the others elsewhere.</summary>
/// <remarks>
/// <para>A layer block holds <c>block_tokens</c> tokens of K and V of one layer; n tokens in x layers take
/// <c>x * ceil(n / block_tokens)</c> of them. Which layers those are is not kept: residency is interleaved, so every neighbour of
/// an absent layer is as good as another. Decoding sequences hold all layers and grow by one block in each of them.</para>
/// <para>A sequence that keeps part of its layers while it waits for the rest must be able to get it once the others have
/// finished, or two of them could wait for each other for ever: what such sequences keep leaves room for each of them whole.
/// Those that keep nothing are not known here while they wait, so any that was ever admitted layer by layer may be among them.
/// The bound is ours.</para>
/// <para>A cached prefix is of whole blocks of all layers. A sequence that has some of its layers elsewhere neither finds nor leaves any;
/// memory of cached prefixes is taken when no other is free. Source of the granularity: LayerKV (arXiv 2410.00428), layer-wise KV
/// blocks; blocks and watermark as in
/// <see cref="PagedKv"/>.</para>
/// </remarks>
public sealed class LayeredKv : IKvMemory
{
    private readonly int _blockTokens;
    private readonly int _layers;
    private readonly BlockCheck _check;
    private readonly KvGrowth _growth;
    private readonly long _watermark;

    /// <summary>Layer blocks kept by sequences that wait for their other layers, and the most that one of those still needs.</summary>
    private long _kept;
    private long _mostLacking;

    /// <summary>The most that any sequence admitted layer by layer needs to be whole.</summary>
    private long _mostWhole;

    /// <param name="prompts">Which prompts begin alike, where prefixes are cached; null: they are not.</param>
    public LayeredKv(
        int blocks, int blockTokens, int layers, int watermarkBlocks, BlockCheck check, long bytesPerToken, PromptChains? prompts = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        Units = (long)blocks * layers;
        BytesPerToken = bytesPerToken;
        _blockTokens = blockTokens;
        _layers = layers;
        _check = check;
        _watermark = (long)watermarkBlocks * layers;
        _growth = new KvGrowth(1, blockTokens);
        Prefixes = prompts is null ? null : new PrefixCache(prompts, _growth, units: null);
    }

    /// <summary>Layer blocks of the pool.</summary>
    public long Units { get; }

    public long BytesPerToken { get; }

    public long UsedUnits { get; private set; }

    public PrefixCache? Prefixes { get; }

    public long SharedUnits => (Prefixes?.SharedUnits ?? 0) * _layers;

    public long CapacityTokens => Units / _layers * _blockTokens;

    public long AllocatedTokens => UsedUnits * _blockTokens / _layers;

    private long FreeUnits => Units - UsedUnits;

    public long UnitsOf(in KvGrant grant, int tokens) => Held(grant, tokens);

    internal static LayeredKv Create(LayoutInput input)
    {
        PagedKnobs knobs = input.Of<PagedKnobs>();
        int blocks = (int)Math.Min(int.MaxValue / 2, input.Budget.KvBlocks);
        int watermark = (int)(knobs.Watermark * blocks);
        PromptChains? prompts = knobs.PrefixCache == PrefixCaching.Off ? null : input.Prompts;
        return new LayeredKv(
            blocks, knobs.BlockTokens, input.Model.Layers, watermark, knobs.BlockCheck, input.Budget.KvBytesPerToken, prompts);
    }

    public bool CouldHold(in KvDemand demand) => Whole(demand.PlannedTokens) <= Units;

    public Admission CanAdmit(in KvDemand demand, in IterationLoad load)
    {
        if (Units - Whole(demand.Tokens) < _watermark)
            return Admission.Never;
        long shared = (Prefixes?.AlreadyHeld(demand) ?? 0) * _layers;
        if (FreeBeside(load) + shared - Wanted(demand) < _watermark)
            return Admission.Later;
        long keeps = Keeps(demand);
        bool trap = demand.Layers > 0 && _kept + keeps + Math.Max(Math.Max(_mostLacking, _mostWhole), Lacking(demand)) > Units;
        return trap ? Admission.Later : Admission.Now;
    }

    /// <summary>Gives a new sequence its layers, or one that holds some of them the others.</summary>
    public void Admit(ref KvGrant grant, in KvDemand demand, in IterationLoad load)
    {
        ForgetKept(ref grant);
        if (Prefixes is not null && demand.PromptTokens > 0)
        {
            PrefixHold found = Prefixes.Hold(demand);
            grant.Prefix = found.Holder;
            grant.Units = found.Units * _layers;
            UsedUnits += found.Free * _layers;
        }
        Take(Wanted(demand) - grant.Units);
        grant.Units = (int)Wanted(demand);
        Kept(ref grant) = Keeps(demand);
        if (demand.Layers > 0 && demand.KeptLayers == 0)
            _mostWhole = Math.Max(_mostWhole, Whole(demand.Tokens + 1));
        if (Kept(ref grant) == 0)
            return;
        _kept += Kept(ref grant);
        _mostLacking = Math.Max(_mostLacking, Lacking(demand));
    }

    public bool CanComplete(in KvGrant grant, in KvDemand demand, in IterationLoad load) =>
        FreeBeside(load) - (Whole(demand.Tokens) - grant.Units) >= _watermark;

    public bool CanExtend(in KvGrant grant, int tokens, in IterationLoad load) => Whole(tokens) - grant.Units <= FreeBeside(load);

    public void Extend(ref KvGrant grant, int tokens)
    {
        int more = (int)Whole(tokens) - grant.Units;
        if (more <= 0)
            return;
        Take(more);
        grant.Units += more;
    }

    public void Release(ref KvGrant grant, int tokens) => GiveBack(ref grant, tokens, returns: false);

    public void Evict(ref KvGrant grant, int tokens) => GiveBack(ref grant, tokens, returns: true);

    public void Join(ref KvGrant grant, int tokens) => _growth.Join(_growth.ClassOf(tokens));

    public void Leave(ref KvGrant grant, int tokens) => _growth.Leave(_growth.ClassOf(tokens));

    /// <summary>Growth takes a block in all layers at once, so it is counted in those.</summary>
    public long Horizon(long maxSteps, int lastTokens, long stepPs) => _growth.Horizon(FreeUnits / _layers, maxSteps, _check, lastTokens);

    public long StartIteration(in IterationLoad load, long overlapPs) => 0;

    public void Advance(long steps, ref KvSpan span, bool watched)
    {
        KvGrown grown = _growth.Over(steps, 0);
        if (watched)
        {
            span.CapacityTokens = CapacityTokens;
            span.AllocatedSum = (AllocatedTokens * steps) + (grown.Sum * _blockTokens);
            span.AllocatedMoment = (AllocatedTokens * StepSeries.Pairs(steps)) + (grown.Moment * _blockTokens);
        }
        Take(grown.Units * _layers);
        _growth.Advance(steps);
    }

    private void GiveBack(ref KvGrant grant, int tokens, bool returns)
    {
        long held = Held(grant, tokens);
        if (grant.Prefix != 0)
        {
            (long nameless, long named) = Prefixes!.Release(grant.Prefix, held / _layers, tokens, returns);
            held = (nameless + named) * _layers;
        }
        Take(-held);
        ForgetKept(ref grant);
        grant = default;
    }

    private long Whole(int tokens) => _layers * _growth.Units(tokens);

    private long Wanted(in KvDemand demand) => (demand.Layers == 0 ? _layers : demand.Layers) * _growth.Units(demand.Tokens);

    private long Keeps(in KvDemand demand) => demand.KeptLayers * _growth.Units(demand.Tokens);

    /// <summary>What the sequence needs beyond what it keeps, to come back with room for one token more.</summary>
    private long Lacking(in KvDemand demand) => Whole(demand.Tokens + 1) - Keeps(demand);

    private long Held(in KvGrant grant, int tokens) => Math.Max(grant.Units, Whole(tokens));

    private long FreeBeside(in IterationLoad load) => load.WithDecodes ? FreeUnits - (_growth.Need(0) * _layers) : FreeUnits;

    /// <summary>Units the sequence keeps while it waits for its other layers.</summary>
    private static ref long Kept(ref KvGrant grant) => ref grant.Handle;

    private void ForgetKept(ref KvGrant grant)
    {
        _kept -= Kept(ref grant);
        Kept(ref grant) = 0;
        if (_kept == 0)
            _mostLacking = 0;
    }

    private void Take(long blocks)
    {
        if (blocks > FreeUnits || -blocks > UsedUnits)
            throw new InvalidOperationException($"taking {blocks} layer blocks but {FreeUnits} of {Units} are free");
        UsedUnits += blocks;
        if (Prefixes is null)
            return;
        long over = UsedUnits + (Prefixes.IdleUnits * _layers) - Units;
        if (over > 0)
            Prefixes.Take((over + _layers - 1) / _layers);
    }
}
