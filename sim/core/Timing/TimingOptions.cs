using ELLM.Sim.Models;
using ELLM.Sim.Timing.Kinds;

namespace ELLM.Sim.Timing;

/// <summary>How an <see cref="AnalyticTimeModel"/> is set up beyond device, model and parallelism.</summary>
/// <param name="MaxSequences">Largest batch it answers for; decode costs are tabulated up to it.</param>
/// <param name="Overhead">Which engine overhead to add.</param>
/// <param name="PadToGraphs">
/// Pad decode-only batches to captured CUDA graph sizes; null: with <see cref="OverheadProfile.Graph"/> only.
/// </param>
/// <param name="Engine">An engine's own overhead in place of the profile's; null: the profile's.</param>
/// <param name="Weights">How weights are stored and multiplied.</param>
/// <param name="Fp8Kv">Keys and values take one byte instead of two.</param>
/// <param name="MemoTokens">Iterations up to this many tokens are memoised; longer ones are computed each time.</param>
/// <param name="Stage">One pipeline stage's layers; null: the whole model. Engine overhead is paid once, by the last stage, and its
/// floor by each for its layers.</param>
public sealed record TimingOptions(
    int MaxSequences = 256,
    OverheadProfile Overhead = OverheadProfile.Graph,
    bool? PadToGraphs = null,
    int MemoTokens = 65_536,
    EngineOverhead? Engine = null,
    WeightFormat Weights = WeightFormat.Model,
    bool Fp8Kv = false,
    StageLayers? Stage = null)
{
    /// <summary>Time of prefill attention over what the coefficients or tables say: other kernels, or memory that slows them
    /// down.</summary>
    public double PrefillAttentionFactor { get; init; } = 1;

    /// <summary>The same of decode attention, alone or beside prefill.</summary>
    public double DecodeAttentionFactor { get; init; } = 1;

    /// <summary>How tokens spread over experts.</summary>
    public ExpertRouting Routing { get; init; } = ExpertRouting.Uniform;

    /// <summary>Folder of measured tables of experts; null: the formula.</summary>
    public string? ExpertTables { get; init; }

    /// <summary>Ranks among the tensor-parallel ones that divide the experts by number.</summary>
    public int ExpertParallel { get; init; } = 1;

    /// <summary>Longest context that decodes in captured graphs: with a longer one in the batch the host launches it eagerly, unpadded;
    /// null: any length is captured.</summary>
    public int? GraphContext { get; init; }

    /// <summary>Whether attention takes another time than measured.</summary>
    public bool ScalesAttention => PrefillAttentionFactor != 1 || DecodeAttentionFactor != 1;

    /// <summary>Embedding and LM head are elsewhere on inner stages.</summary>
    public bool HasEmbedding => Stage is not { IsFirst: false };

    public bool HasHead => Stage is not { IsLast: false };

    public bool Pads => PadToGraphs ?? Overhead == OverheadProfile.Graph;
}
