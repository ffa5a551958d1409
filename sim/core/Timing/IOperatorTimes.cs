namespace ELLM.Sim.Timing;

/// <summary>The operators an iteration is made of.</summary>
public enum LayerOperator
{
    QkvProjection,
    OutputProjection,

    /// <summary>Gate and up projections together where the model has both.</summary>
    UpProjection,
    DownProjection,

    /// <summary>Norms, rotary positions, activation function, KV write, residual additions: all of one layer.</summary>
    Elementwise,

    /// <summary>One all-reduce; a layer has two.</summary>
    AllReduce,
    DecodeAttention,
    PrefillAttention,

    /// <summary>Once an iteration: embedding and final norm.</summary>
    EmbeddingAndNorm,
    LmHead,
    Sampler,
}

/// <summary>A shape at which an operator is timed.</summary>
/// <param name="Tokens">Rows: tokens of the iteration; sequences for decode attention, LM head and sampler; the chunk for prefill
/// attention.</param>
/// <param name="ContextTokens">Decode attention: sum of the KV lengths.</param>
/// <param name="CachedTokens">Prefill attention: tokens already in the KV cache.</param>
public readonly record struct OperatorPoint(int Tokens, long ContextTokens = 0, int CachedTokens = 0);

/// <summary>A source of operator times for one model rank on one device.</summary>
public interface IOperatorTimes
{
    /// <summary>Microseconds of one call in one layer; null when this source cannot say.</summary>
    double? Us(LayerOperator what, in OperatorPoint at);
}
