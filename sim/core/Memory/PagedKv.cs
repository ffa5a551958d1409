namespace ELLM.Sim.Memory;

/// <summary>Which running sequences must find a free block before a decode step.</summary>
public enum BlockCheck : byte
{
    /// <summary>Each one, whether it needs a block this step or not (vLLM up to 0.5: can_append_slots asks for one block a sequence).</summary>
    Any,

    /// <summary>Only those whose last block is full (vLLM V1: allocate_slots).</summary>
    Needed,
}

/// <summary>KV memory in blocks of a fixed number of tokens: a count, not addresses.</summary>
/// <remarks>
/// <para>A block holds <c>block_tokens</c> tokens of K and V for every layer of the rank:
/// <c>bytes = 2 * layers * kv_heads * head_dim * block_tokens * bytes_per_element</c>.</para>
/// <para>The decoding batch is held as counts by (tokens - step) mod block_tokens, which do not change while sequences decode:
/// at step s the sequences with residue (-s) mod block_tokens fill their last block and need one more (design 3.2).</para>
/// <para>Admission leaves the watermark free; growth may use it. Source: PagedAttention (Kwon et al., SOSP 2023) section 4; rules of
/// vLLM's block manager as of 0.4-0.5.</para>
/// </remarks>
public sealed class PagedKv : IKvMemory
{
    private readonly int _blockTokens;
    private readonly BlockCheck _check;
    private readonly int[] _byResidue;
    private int _decoding;

    /// <summary>Residue of the sequences that need a block in the next step.</summary>
    private int _needing;

    public PagedKv(int blocks, int blockTokens, int watermarkBlocks, BlockCheck check, long bytesPerToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockTokens, 1);
        Blocks = blocks;
        WatermarkBlocks = watermarkBlocks;
        BytesPerToken = bytesPerToken;
        _blockTokens = blockTokens;
        _check = check;
        _byResidue = new int[blockTokens];
        FreeBlocks = blocks;
    }

    public int Blocks { get; }

    public int WatermarkBlocks { get; }

    public long BytesPerToken { get; }

    public int FreeBlocks { get; private set; }

    public long CapacityTokens => (long)Blocks * _blockTokens;

    public long AllocatedTokens => (long)(Blocks - FreeBlocks) * _blockTokens;

    public long Occupied(in KvGrant grant, int tokens) => (long)Held(grant, tokens) * _blockTokens;

    public bool CouldHold(in KvDemand demand) => BlocksFor(demand.PlannedTokens) <= Blocks;

    public Admission CanAdmit(in KvDemand demand, bool besideDecodes)
    {
        int required = BlocksFor(demand.Tokens);
        if (Blocks - required < WatermarkBlocks)
            return Admission.Never;
        int free = besideDecodes ? FreeBlocks - _byResidue[_needing] : FreeBlocks;
        return free - required >= WatermarkBlocks ? Admission.Now : Admission.Later;
    }

    public void Admit(ref KvGrant grant, in KvDemand demand)
    {
        grant.Units = BlocksFor(demand.Tokens);
        Take(grant.Units);
    }

    public bool CanExtend(in KvGrant grant, int tokens) =>
        BlocksFor(tokens) - grant.Units <= FreeBlocks - _byResidue[_needing];

    public void Extend(ref KvGrant grant, int tokens)
    {
        int more = BlocksFor(tokens) - grant.Units;
        if (more <= 0)
            return;
        Take(more);
        grant.Units += more;
    }

    public void Release(ref KvGrant grant, int tokens)
    {
        int held = Held(grant, tokens);
        if (held > Blocks - FreeBlocks)
            throw new InvalidOperationException($"returning {held} blocks but {Blocks - FreeBlocks} are used");
        FreeBlocks += held;
        grant = default;
    }

    public void Join(int tokens)
    {
        _byResidue[Residue(tokens)]++;
        _decoding++;
    }

    public void Leave(int tokens)
    {
        _byResidue[Residue(tokens)]--;
        _decoding--;
    }

    public long Horizon(long maxSteps, int lastTokens)
    {
        if (_decoding == 0)
            return maxSteps;
        // Far from the end of the pool: every sequence may fill one block more than the steps' full cycles need.
        if (((maxSteps / _blockTokens) + 1) * _decoding < FreeBlocks)
            return maxSteps;

        // A cycle of block_tokens steps takes one block a sequence: skip all but the last two, then walk.
        long cycles = Math.Max(0, ((FreeBlocks - 1) / _decoding) - 2);
        long free = FreeBlocks - (cycles * _decoding);
        long steps = cycles * _blockTokens;
        int needing = _needing;
        while (steps < maxSteps)
        {
            free -= _byResidue[needing];
            bool lastNeeds = lastTokens >= 0 && (lastTokens + steps) % _blockTokens == 0;
            // Any: the last in order finds a block when one is left after all others took theirs.
            bool fits = _check == BlockCheck.Any ? free + (lastNeeds ? 1 : 0) >= 1 : free >= 0;
            if (!fits || free < 0)
                break;
            steps++;
            needing = Before(needing);
        }
        return Math.Min(steps, maxSteps);
    }

    public void Advance(long steps, ref KvSpan span, bool watched)
    {
        long used = Blocks - FreeBlocks;
        long cycles = steps / _blockTokens;
        int rest = (int)(steps % _blockTokens);
        if (watched)
        {
            span.CapacityTokens = CapacityTokens;
            Moments(used, cycles, rest, out span.AllocatedSum, out span.AllocatedMoment);
        }
        long grown = cycles * _decoding;
        for (int i = 0; i < rest; i++)
        {
            grown += _byResidue[_needing];
            _needing = Before(_needing);
        }
        if (grown > FreeBlocks)
            throw new InvalidOperationException($"{steps} decode steps grow by {grown} blocks but {FreeBlocks} are free");
        FreeBlocks -= (int)grown;
    }

    /// <summary>Sums over the steps j = block_tokens * c + i of the tokens allocated in step j, and of j times that.</summary>
    private void Moments(long used, long cycles, int rest, out long sum, out long moment)
    {
        sum = 0;
        moment = 0;
        int needing = _needing;
        int offsets = cycles > 0 ? _blockTokens : rest;
        for (int i = 0; i < offsets; i++)
        {
            used += _byResidue[needing];
            needing = Before(needing);
            long n = cycles + (i < rest ? 1 : 0);
            long sumC = n * (n - 1) / 2;
            long sumC2 = (n - 1) * n * ((2 * n) - 1) / 6;
            sum += (n * used) + (_decoding * sumC);
            moment += (used * ((_blockTokens * sumC) + (i * n))) + (_decoding * ((_blockTokens * sumC2) + (i * sumC)));
        }
        sum *= _blockTokens;
        moment *= _blockTokens;
    }

    private void Take(int blocks)
    {
        if (blocks > FreeBlocks)
            throw new InvalidOperationException($"taking {blocks} blocks but {FreeBlocks} are free");
        FreeBlocks -= blocks;
    }

    private int Held(in KvGrant grant, int tokens) => Math.Max(grant.Units, BlocksFor(tokens));

    private int BlocksFor(int tokens) => (int)(((long)tokens + _blockTokens - 1) / _blockTokens);

    /// <summary>(tokens - step) mod block_tokens, through the residue that needs a block now: (-step) mod block_tokens.</summary>
    private int Residue(int tokens) => ((tokens % _blockTokens) + _needing) % _blockTokens;

    private int Before(int residue) => residue == 0 ? _blockTokens - 1 : residue - 1;
}
