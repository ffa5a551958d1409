using ELLM.Sim.Memory.Prefixes;

namespace ELLM.Sim.Memory;

/// <summary>KV memory in blocks of a fixed number of tokens: a count, not addresses.</summary>
/// <remarks>
/// <para>A block holds <c>block_tokens</c> tokens of K and V for every layer of the rank:
/// <c>bytes = 2 * layers * kv_heads * head_dim * block_tokens * bytes_per_element</c>.</para>
/// <para>Admission leaves the watermark free; growth may use it. Source: PagedAttention (Kwon et al., SOSP 2023) section 4; rules of
/// vLLM's block manager as of 0.4-0.5.</para>
/// </remarks>
public sealed class PagedKv : IKvMemory
{
    private readonly int _blockTokens;
    private readonly BlockCheck _check;
    private readonly KvGrowth _growth;

    /// <param name="prompts">Which prompts begin alike, where prefixes are cached; null: they are not.</param>
    public PagedKv(int blocks, int blockTokens, int watermarkBlocks, BlockCheck check, long bytesPerToken, PromptChains? prompts = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockTokens, 1);
        Blocks = blocks;
        WatermarkBlocks = watermarkBlocks;
        BytesPerToken = bytesPerToken;
        _blockTokens = blockTokens;
        _check = check;
        _growth = new KvGrowth(1, blockTokens);
        FreeBlocks = blocks;
        Prefixes = prompts is null ? null : new PrefixCache(prompts, _growth, blocks);
    }

    public int Blocks { get; }

    public int WatermarkBlocks { get; }

    public long BytesPerToken { get; }

    /// <summary>Blocks that no sequence holds, cached prefixes included.</summary>
    public int FreeBlocks { get; private set; }

    public PrefixCache? Prefixes { get; }

    public long CapacityTokens => (long)Blocks * _blockTokens;

    public long AllocatedTokens => (long)(Blocks - FreeBlocks) * _blockTokens;

    public long UsedUnits => Blocks - FreeBlocks;

    public long UnitsOf(in KvGrant grant, int tokens) => Held(grant, tokens);

    internal static PagedKv Create(LayoutInput input)
    {
        PagedKnobs knobs = input.Of<PagedKnobs>();
        int blocks = (int)Math.Min(int.MaxValue / 2, input.Budget.KvBlocks);
        PromptChains? prompts = knobs.PrefixCache == PrefixCaching.Off ? null : input.Prompts;
        int watermark = (int)(knobs.Watermark * blocks);
        return new PagedKv(blocks, knobs.BlockTokens, watermark, knobs.BlockCheck, input.Budget.KvBytesPerToken, prompts);
    }

    public bool CouldHold(in KvDemand demand) => _growth.Units(demand.PlannedTokens) <= Blocks;

    public Admission CanAdmit(in KvDemand demand, in IterationLoad load)
    {
        long required = _growth.Units(demand.Tokens);
        if (Blocks - required < WatermarkBlocks)
            return Admission.Never;
        required -= Prefixes?.AlreadyHeld(demand) ?? 0;
        return FreeBeside(load) - required >= (demand.Passing ? 0 : WatermarkBlocks) ? Admission.Now : Admission.Later;
    }

    public void Admit(ref KvGrant grant, in KvDemand demand, in IterationLoad load)
    {
        grant.Units = (int)_growth.Units(demand.Tokens);
        int more = grant.Units;
        if (Prefixes is not null)
        {
            PrefixHold found = Prefixes.Hold(demand);
            grant.Prefix = found.Holder;
            more -= found.Units;
            FreeBlocks -= found.Free;
        }
        Take(more);
    }

    public bool CanExtend(in KvGrant grant, int tokens, in IterationLoad load) =>
        _growth.Units(tokens) - grant.Units <= FreeBeside(load);

    public void Extend(ref KvGrant grant, int tokens)
    {
        int more = (int)_growth.Units(tokens) - grant.Units;
        if (more <= 0)
            return;
        Take(more);
        grant.Units += more;
    }

    public void Release(ref KvGrant grant, int tokens)
    {
        GiveBack(grant, tokens, returns: false);
        grant = default;
    }

    public void Evict(ref KvGrant grant, int tokens)
    {
        GiveBack(grant, tokens, returns: true);
        grant = default;
    }

    public void Join(ref KvGrant grant, int tokens) => _growth.Join(_growth.ClassOf(tokens));

    public void Leave(ref KvGrant grant, int tokens) => _growth.Leave(_growth.ClassOf(tokens));

    public long Horizon(long maxSteps, int lastTokens, long stepPs) => _growth.Horizon(FreeBlocks, maxSteps, _check, lastTokens);

    public long StartIteration(in IterationLoad load, long overlapPs) => 0;

    public void Advance(long steps, ref KvSpan span, bool watched)
    {
        KvGrown grown = _growth.Over(steps, Blocks - FreeBlocks);
        if (watched)
            span.Hold(CapacityTokens, grown, _blockTokens);
        if (grown.Units > FreeBlocks)
            throw new InvalidOperationException($"{steps} decode steps grow by {grown.Units} blocks but {FreeBlocks} are free");
        FreeBlocks -= (int)grown.Units;
        Prefixes?.Take(grown.Units);
        _growth.Advance(steps);
    }

    private void GiveBack(in KvGrant grant, int tokens, bool returns)
    {
        int held = Held(grant, tokens);
        if (held > Blocks - FreeBlocks)
            throw new InvalidOperationException($"returning {held} blocks but {Blocks - FreeBlocks} are used");
        (long nameless, long named) = Prefixes?.Release(grant.Prefix, held, tokens, returns) ?? (held, 0);
        FreeBlocks += (int)(nameless + named);
    }

    private long FreeBeside(in IterationLoad load) => load.WithDecodes ? FreeBlocks - _growth.Need(0) : FreeBlocks;

    private void Take(int blocks)
    {
        if (blocks > FreeBlocks)
            throw new InvalidOperationException($"taking {blocks} blocks but {FreeBlocks} are free");
        FreeBlocks -= blocks;
        Prefixes?.Take(blocks);
    }

    private int Held(in KvGrant grant, int tokens) => Math.Max(grant.Units, (int)_growth.Units(tokens));
}
