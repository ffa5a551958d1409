namespace ELLM.Sim.Serving;

/// <summary>Where a request's end-to-end time went, in picoseconds. The terms do not overlap and leave nothing out.</summary>
public struct LatencyLedger
{
    /// <summary>Waiting while the head of the queue did not fit into KV memory.</summary>
    public long QueueMemory;

    /// <summary>Waiting for an iteration to end, a token budget or a place in the batch.</summary>
    public long QueueCompute;

    /// <summary>From the first scheduled iteration to the first output token, stalls excepted.</summary>
    public long Prefill;

    /// <summary>Iterations that produced its tokens, as long as they would have been with decodes alone.</summary>
    public long Decode;

    /// <summary>What prefills cost it while decoding: whole prefill-only iterations, and in mixed ones the excess over the decode-only time.</summary>
    public long PrefillInterference;

    /// <summary>KV in host memory or on its way back beside running iterations; not running.</summary>
    public long Parked;

    /// <summary>Iteration time that waited for GPU memory to be mapped.</summary>
    public long MapStall;

    /// <summary>Iteration time that waited for KV to move over the host link.</summary>
    public long TransferStall;

    /// <summary>The engine could run but another batch had the GPU: one of another virtual engine (pipeline stages), or of another engine.</summary>
    public long GpuWait;

    /// <summary>Waiting again after losing its KV to a preemption.</summary>
    public long Preempted;

    /// <summary>Prefilling again what a preemption had thrown away.</summary>
    public long Recompute;

    public readonly long Total =>
        QueueMemory + QueueCompute + Prefill + Decode + PrefillInterference + Parked + MapStall + TransferStall + GpuWait + Preempted + Recompute;
}
