using System.Numerics;

namespace ELLM.Sim.Policies;

/// <summary>eLLM's logical size of the CPU buffer: smaller when decodes are late, larger when first tokens are.</summary>
/// <remarks>
/// <para>Counts violations in a window of the last iterations. Enough TPOT violations divide the logical size by alpha, which
/// throttles the admission of prompts; enough TTFT violations multiply it. A change clears both counts; what could change nothing
/// (the size is at its end) is no change. Shrinking evicts nothing.</para>
/// <para>Source: reading notes on eLLM (arXiv 2506.15155): 3 hits in a window of 5 (v2 of the paper) or 5 hits (v1, window not
/// given), alpha 2. That alpha
/// multiplies, the floor, and the order of the two tests are ours.</para>
/// </remarks>
public sealed class BufferScaler
{
    private readonly int _hits;
    private readonly ulong _mask;
    private readonly double _alpha;
    private readonly bool _tpotFirst;
    private readonly long _physicalBytes;
    private readonly long _floorBytes;
    private ulong _tpot;
    private ulong _ttft;

    /// <param name="physicalBytes">Host memory that the buffer has, and begins with.</param>
    public BufferScaler(StreamKnobs knobs, long physicalBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(knobs.SloWindow, 64);
        Window = knobs.SloWindow;
        _hits = knobs.SloHits;
        _mask = Window == 64 ? ulong.MaxValue : (1UL << Window) - 1;
        _alpha = knobs.SloAlpha;
        _tpotFirst = knobs.SloOrder == SloOrder.TpotFirst;
        _physicalBytes = physicalBytes;
        _floorBytes = Math.Min((long)(knobs.BufferFloorGib * (1L << 30)), physicalBytes);
        LogicalBytes = physicalBytes;
    }

    public int Window { get; }

    /// <summary>What new KV in the buffer may add up to.</summary>
    public long LogicalBytes { get; private set; }

    /// <summary>By how much longer than a prefill decodes must run before the next one, so that prefills take the logical size's share
    /// of the physical one.</summary>
    public double DecodeShare => (_physicalBytes - LogicalBytes) / (double)Math.Max(1, LogicalBytes);

    public bool CanShrink => LogicalBytes > _floorBytes;

    public bool CanGrow => LogicalBytes < _physicalBytes;

    /// <summary>One iteration ended.</summary>
    public void Count(bool lateDecode, bool lateFirstToken)
    {
        _tpot = ((_tpot << 1) | (lateDecode ? 1UL : 0)) & _mask;
        _ttft = ((_ttft << 1) | (lateFirstToken ? 1UL : 0)) & _mask;
        if (_tpotFirst ? !Shrink() : !Grow())
            _ = _tpotFirst ? Grow() : Shrink();
    }

    private bool Shrink()
    {
        if (!CanShrink || BitOperations.PopCount(_tpot) < _hits)
            return false;
        LogicalBytes = Math.Max(_floorBytes, (long)(LogicalBytes / _alpha));
        _tpot = _ttft = 0;
        return true;
    }

    private bool Grow()
    {
        if (!CanGrow || BitOperations.PopCount(_ttft) < _hits)
            return false;
        LogicalBytes = (long)Math.Min(_physicalBytes, LogicalBytes * _alpha);
        _tpot = _ttft = 0;
        return true;
    }
}
