namespace ELLM.Sim.Compat.Vidur.Tables;

/// <summary>Operators that are looked up by one count: tokens of the batch, or its size for the host terms.</summary>
public enum VidurOperator
{
    AttentionPreProjection,
    AttentionPostProjection,
    Rope,
    KvCacheSave,
    InputNorm,
    MlpUp,
    MlpActivation,
    MlpDown,
    PostAttentionNorm,
    Add,
    AllReduce,
    SendReceive,
    Schedule,
    Sampler,
    PrepareInputs,
    ProcessOutputs,
    RayCommunication,
}

/// <summary>Times of operators in milliseconds, for one layer on one GPU, by exact keys.</summary>
/// <remarks>Implementations are pure and may be shared between threads.</remarks>
public interface IOperatorTable
{
    /// <param name="count">Tokens; requests for the host terms.</param>
    /// <exception cref="InputException">No such operator or key.</exception>
    double Milliseconds(VidurOperator op, int count);

    /// <summary>Decode attention of <paramref name="batch"/> sequences with <paramref name="kvTokens"/> tokens each.</summary>
    /// <exception cref="InputException">No such key.</exception>
    double DecodeAttention(int batch, int kvTokens);

    /// <summary>Prefill attention after <paramref name="kvTokens"/> tokens in the cache.</summary>
    /// <param name="chunkSquared">Square of the new tokens.</param>
    /// <exception cref="InputException">No such key.</exception>
    double PrefillAttention(int kvTokens, long chunkSquared);
}
