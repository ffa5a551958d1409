namespace ELLM.Sim.Compat.Vidur;

/// <summary>What a key that no table holds means.</summary>
public enum VidurMissingKey
{
    /// <summary>An error, as Vidur's KeyError.</summary>
    Refuse,

    /// <summary>The nearest key's time.</summary>
    Extend,
}

/// <summary>Knobs of the iteration time (<see cref="VidurIterationTime"/>).</summary>
public sealed record VidurTiming
{
    /// <summary>Token operators are looked up at the batch's tokens rounded up to a multiple of this; the KV write is not.</summary>
    public int TokenGranularity { get; init; } = 8;

    /// <summary>KV lengths are rounded up to a multiple of this.</summary>
    public int KvGranularity { get; init; } = 64;

    /// <summary>Extra share of decode attention with more than one decode; only with shared KV heads.</summary>
    public double DecodeBatchingOverhead { get; init; } = 0.1;

    /// <summary>Extra share of prefill attention with more than one prefill; only with shared KV heads.</summary>
    public double PrefillBatchingOverhead { get; init; } = 0.1;

    /// <summary>Added to each all-reduce, ms.</summary>
    public double NcclLaunchMs { get; init; } = 0.02;

    /// <summary>Times TP^1.25, added to each all-reduce, ms.</summary>
    public double NcclSkewMs { get; init; }

    /// <summary>Adds the five host terms, looked up by batch size.</summary>
    public bool CpuOverhead { get; init; }

    public VidurMissingKey MissingKey { get; init; } = VidurMissingKey.Refuse;
}
