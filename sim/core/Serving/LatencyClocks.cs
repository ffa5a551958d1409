namespace ELLM.Sim.Serving;

/// <summary>Running totals of what a replica's time went to; a request's ledger is the difference between two readings.</summary>
/// <remarks>
/// A ledger field is lowered by the reading when a request enters a state and raised by it when the request leaves, so no
/// reading is stored and the terms add up to the whole, to the picosecond, however many steps lie between.
/// </remarks>
public sealed class LatencyClocks
{
    private long _nowPs;
    private long _memoryBlocked;
    private bool _blocked;

    /// <summary>Iteration time without stalls.</summary>
    private long _run;

    /// <summary>The part of it that decodes alone would have taken.</summary>
    private long _decode;

    private long _mapStall;
    private long _transferStall;

    /// <summary>Time the engine waited for a GPU or stage that another batch had; of it, in line and not for want of memory.</summary>
    private long _gpuWait;
    private long _queueGpuWait;
    private bool _inLine;

    /// <summary>From now on, until told otherwise, the queue waits for memory (or not).</summary>
    public void SetBlocked(long nowPs, bool memoryBlocked)
    {
        Read(nowPs);
        _blocked = memoryBlocked;
    }

    /// <summary>The engine joins the line for the GPU it shares, or its turn has come.</summary>
    public void SetInLine(long nowPs, bool inLine)
    {
        Read(nowPs);
        _inLine = inLine;
    }

    /// <summary>A span of iterations ended.</summary>
    /// <param name="runPs">Without its stalls.</param>
    /// <param name="decodePs">What decodes alone would have taken of it.</param>
    public void Spend(long runPs, long decodePs, in SpanStalls stalls)
    {
        _run += runPs;
        _decode += decodePs;
        _mapStall += stalls.MapPs;
        _transferStall += stalls.TransferPs;
        _gpuWait += stalls.GpuPs;
    }

    public void EnterQueue(ref LatencyLedger ledger, long nowPs)
    {
        ledger.QueueMemory -= MemoryBlockedAt(nowPs);
        ledger.GpuWait -= QueueGpuWaitAt(nowPs);
        ledger.QueueCompute -= nowPs;
    }

    public void LeaveQueue(ref LatencyLedger ledger, long nowPs)
    {
        ledger.QueueMemory += MemoryBlockedAt(nowPs);
        ledger.GpuWait += QueueGpuWaitAt(nowPs);
        ledger.QueueCompute += nowPs - ledger.QueueMemory - ledger.GpuWait;
    }

    public void EnterPrefill(ref LatencyLedger ledger, bool again) => Prefill(ref ledger, again, -1);

    public void LeavePrefill(ref LatencyLedger ledger, bool again) => Prefill(ref ledger, again, 1);

    public void EnterDecode(ref LatencyLedger ledger) => Decode(ref ledger, -1);

    /// <summary>Time a decoding request has spent in its decode phases, stalls left out.</summary>
    public long DecodeSpent(in LatencyLedger ledger) => ledger.Decode + ledger.PrefillInterference + _run;

    public void LeaveDecode(ref LatencyLedger ledger) => Decode(ref ledger, 1);

    private void Prefill(ref LatencyLedger ledger, bool again, long sign)
    {
        if (again)
            ledger.Recompute += sign * _run;
        else
            ledger.Prefill += sign * _run;
        Stalls(ref ledger, sign);
    }

    private void Decode(ref LatencyLedger ledger, long sign)
    {
        ledger.Decode += sign * _decode;
        ledger.PrefillInterference += sign * (_run - _decode);
        Stalls(ref ledger, sign);
    }

    private void Stalls(ref LatencyLedger ledger, long sign)
    {
        ledger.MapStall += sign * _mapStall;
        ledger.TransferStall += sign * _transferStall;
        ledger.GpuWait += sign * _gpuWait;
    }

    private void Read(long nowPs)
    {
        _memoryBlocked = MemoryBlockedAt(nowPs);
        _queueGpuWait = QueueGpuWaitAt(nowPs);
        if (_inLine)
            _gpuWait += nowPs - _nowPs;
        _nowPs = nowPs;
    }

    private long MemoryBlockedAt(long ps) => _blocked ? _memoryBlocked + (ps - _nowPs) : _memoryBlocked;

    private long QueueGpuWaitAt(long ps) => _inLine && !_blocked ? _queueGpuWait + (ps - _nowPs) : _queueGpuWait;
}
