namespace ELLM.Sim.Memory;

/// <summary>KV memory of one engine on a GPU that it shares: blocks on pages that are mapped when needed and given back when
/// empty.</summary>
/// <remarks>
/// <para>Every sequence knows the page of each of its blocks, so that fragmentation is exact: this is the one memory whose cost grows
/// with the blocks that change hands. Decoding sequences are kept by their residue, so a step touches only those that grow in it.</para>
/// <para>Growth opens its pages when the step starts. A jump ends before the first later step that needs another page, so that every
/// page is taken, and waited for, at the same instant as when stepping. Source: kvcached, code and benchmark READMEs.</para>
/// </remarks>
public sealed class SharedKv : IKvMemory
{
    private readonly GpuPages _gpu;
    private readonly PageOptions _options;
    private readonly KvGrowth _growth;

    /// <summary>Pages of each sequence's blocks.</summary>
    private readonly HandleTable<List<int>?> _blocks = new();

    /// <summary>Handles of decoding sequences, by class.</summary>
    private readonly List<long>[] _decoding;

    public SharedKv(GpuPages gpu, PageOptions options)
    {
        _gpu = gpu;
        _options = options;
        _growth = new KvGrowth(1, options.BlockTokens);
        _decoding = [.. Enumerable.Range(0, options.BlockTokens).Select(_ => new List<long>())];
        Pages = new EnginePages(gpu, options);
    }

    public EnginePages Pages { get; }

    public long PageBytes => _options.PageBytes;

    public long BytesPerToken => _options.BytesPerToken;

    /// <summary>Tokens that the whole GPU would hold.</summary>
    public long CapacityTokens => _gpu.CapacityBytes / _options.PageBytes * _options.BlocksPerPage * _options.BlockTokens;

    public long AllocatedTokens => Pages.UsedBlocks * _options.BlockTokens;

    public long UsedUnits => Pages.UsedBlocks;

    public MappedMemory? Mapped => new MappedMemory(
        Pages.OpenPages * PageBytes, Pages.ReservePages * PageBytes, ActivationBytes: 0, _gpu.FreeBytes, Elastic: false);

    /// <summary>Blocks the engine can count on when the others run dry: they may keep their reserves for good.</summary>
    private long MostBlocks =>
        Math.Max(0,
            (_gpu.CapacityBytes - _gpu.ReserveBytes + (_options.ReserveMax * _options.PageBytes)) / _options.PageBytes)
            * _options.BlocksPerPage;

    private long Watermark => (long)(_options.Watermark * MostBlocks);

    public long UnitsOf(in KvGrant grant, int tokens) => grant.Units == 0 ? 0 : _blocks[grant.Handle]!.Count;

    public bool CouldHold(in KvDemand demand) => _growth.Units(demand.PlannedTokens) <= MostBlocks;

    public Admission CanAdmit(in KvDemand demand, in IterationLoad load)
    {
        long required = _growth.Units(demand.Tokens) + Watermark;
        if (required > MostBlocks)
            return Admission.Never;
        return FreeBeside(load) >= required ? Admission.Now : Admission.Later;
    }

    public void Admit(ref KvGrant grant, in KvDemand demand, in IterationLoad load)
    {
        grant.Handle = _blocks.Take();
        _blocks[grant.Handle] ??= [];
        Grow(ref grant, demand.Tokens);
    }

    public bool CanExtend(in KvGrant grant, int tokens, in IterationLoad load) =>
        _growth.Units(tokens) - UnitsOf(grant, 0) <= FreeBeside(load);

    public void Extend(ref KvGrant grant, int tokens) => Grow(ref grant, tokens);

    public void Release(ref KvGrant grant, int tokens)
    {
        List<int> blocks = _blocks[grant.Handle]!;
        foreach (int page in blocks)
            Pages.ReturnBlock(page);
        blocks.Clear();
        _blocks.Return(grant.Handle);
        grant = default;
    }

    public void Join(ref KvGrant grant, int tokens)
    {
        int sequenceClass = _growth.ClassOf(tokens);
        _growth.Join(sequenceClass);
        _decoding[sequenceClass].Add(grant.Handle);
    }

    public void Leave(ref KvGrant grant, int tokens)
    {
        int sequenceClass = _growth.ClassOf(tokens);
        _growth.Leave(sequenceClass);
        _decoding[sequenceClass].Remove(grant.Handle);
    }

    public long Horizon(long maxSteps, int lastTokens, long stepPs)
    {
        long fits = _growth.Horizon(Pages.FreeBlocks, maxSteps, _options.Check, lastTokens);
        if (fits == 0)
            return 0;
        // What the first step needs, it maps; a later one must find it on open pages.
        long open = Math.Max(Pages.OpenBlocks, _growth.Need(0));
        return Math.Min(fits, _growth.Horizon(open, maxSteps, BlockCheck.Needed, -1));
    }

    public long StartIteration(in IterationLoad load, long overlapPs)
    {
        if (load.WithDecodes)
            Pages.Open(_growth.Need(0));
        return Math.Max(0, Pages.TakeReady() - _gpu.NowPs);
    }

    public void Advance(long steps, ref KvSpan span, bool watched)
    {
        if (watched)
            span.Hold(CapacityTokens, _growth.Over(steps, Pages.UsedBlocks), _options.BlockTokens);
        // Before the step that writes its token n + 1, a sequence with n a multiple of the block size takes a block.
        for (long step = 0; step < steps; step++)
        {
            foreach (long handle in _decoding[_growth.ClassOf(0)])
                _blocks[handle]!.Add(Pages.TakeBlock());
            _growth.Advance(1);
        }
    }

    private void Grow(ref KvGrant grant, int tokens)
    {
        List<int> blocks = _blocks[grant.Handle]!;
        for (long units = _growth.Units(tokens); blocks.Count < units;)
            blocks.Add(Pages.TakeBlock());
        grant.Units = blocks.Count;
    }

    private long FreeBeside(in IterationLoad load) => Pages.FreeBlocks - (load.WithDecodes ? _growth.Need(0) : 0);
}
