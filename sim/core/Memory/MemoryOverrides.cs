namespace ELLM.Sim.Memory;

/// <summary>Items of the memory budget that the user states instead of having them computed; null computes.</summary>
/// <remarks>Bytes are per GPU. Of <see cref="KvBlocks"/> and <see cref="KvTokens"/> at most one may be given.</remarks>
public sealed record MemoryOverrides
{
    public static MemoryOverrides None { get; } = new();

    public long? WeightsBytes { get; init; }

    public long? ContextBytes { get; init; }

    public long? GraphBytes { get; init; }

    /// <summary>The whole activation reserve, whatever the batch budget.</summary>
    public long? ActivationBytes { get; init; }

    public long? ActivationBytesPerToken { get; init; }

    /// <summary>Size of the KV pool in blocks, as an engine's log prints it.</summary>
    public long? KvBlocks { get; init; }

    /// <summary>Size of the KV pool in token slots.</summary>
    public long? KvTokens { get; init; }
}
