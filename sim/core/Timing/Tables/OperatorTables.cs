
namespace ELLM.Sim.Timing.Tables;

/// <summary>Measured operator times of one model rank on one device: microseconds of one call in one layer.</summary>
/// <remarks>What a folder does not have is null; whether that is a fault decides who uses the tables.</remarks>
public sealed record OperatorTables
{
    /// <summary>The layout the folder was recognised as.</summary>
    public required string Kind { get; init; }

    public required string Folder { get; init; }

    /// <summary>Over tokens of the iteration.</summary>
    public Curve? Qkv { get; init; }

    public Curve? Output { get; init; }

    /// <summary>Gate and up together where the model has both.</summary>
    public Curve? Up { get; init; }

    public Curve? Down { get; init; }

    /// <summary>All element-wise kernels of a layer, over tokens.</summary>
    public Curve? Elementwise { get; init; }

    /// <summary>Embedding and final norm, once an iteration, over tokens.</summary>
    public Curve? Ends { get; init; }

    /// <summary>Over sequences that sample.</summary>
    public Curve? LmHead { get; init; }

    public Curve? Sampler { get; init; }

    /// <summary>Curves over the KV length of a sequence (the token being processed included), one a batch size.</summary>
    public CurveFamily? Decode { get; init; }

    /// <summary>Curves over cached tokens, one a chunk size; one chunk in the batch.</summary>
    public CurveFamily? Prefill { get; init; }

    /// <summary>One launch over a chunk and decoding rows.</summary>
    public MixedTable? Mixed { get; init; }

    /// <summary>What unequal lengths cost; null: batches are seen at their mean length.</summary>
    public SkewShares? Skew { get; init; }

    /// <summary>One all-reduce over bytes, for this tensor-parallel degree.</summary>
    public Curve? AllReduce { get; init; }

    /// <summary>Point to point over bytes.</summary>
    public Curve? SendRecv { get; init; }

    /// <summary>Things done to the data on the way: duplicates, glitches; one line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Operator groups the folder has, in words.</summary>
    public IEnumerable<string> Present()
    {
        if (Qkv is not null)
            yield return "projections";
        if (Elementwise is not null)
            yield return "element-wise";
        if (LmHead is not null)
            yield return "lm_head";
        if (Decode is not null)
            yield return "decode attention";
        if (Prefill is not null)
            yield return "prefill attention";
        if (Mixed is not null)
            yield return "mixed attention";
        if (AllReduce is not null)
            yield return "all-reduce";
        if (SendRecv is not null)
            yield return "send/recv";
    }
}
