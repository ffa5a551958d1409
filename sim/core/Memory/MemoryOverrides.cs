using ELLM.Sim.Settings;

namespace ELLM.Sim.Memory;

/// <summary>Items of the memory budget that the user states instead of having them computed; null computes.</summary>
/// <remarks>Bytes are per GPU. Of <see cref="KvBlocks"/> and <see cref="KvTokens"/> at most one may be given.</remarks>
public sealed record MemoryOverrides
{
    public static MemoryOverrides None { get; } = new();

    [Knob("weights of one GPU, bytes; null: computed from the model's shape", 0)]
    public long? WeightsBytes { get; init; }

    [Knob("driver, library and collective memory of one GPU, bytes; null: the default", 0)]
    public long? ContextBytes { get; init; }

    [Knob("CUDA graph reserve of one GPU, bytes; null: from the layers", 0)]
    public long? GraphBytes { get; init; }

    [Knob("activation reserve of one GPU whatever the batch, bytes; null: profiled at max_num_batched_tokens", 0)]
    public long? ActivationBytes { get; init; }

    [Knob("activations of one token, bytes; null: from the model's shape", 0)]
    public long? ActivationBytesPerToken { get; init; }

    [Knob("KV pool in blocks, as an engine's log prints it, of 16 tokens where a layout has none; null: what is left", 0)]
    public long? KvBlocks { get; init; }

    [Knob("KV pool in token slots; null: what is left", 0)]
    public long? KvTokens { get; init; }
}
