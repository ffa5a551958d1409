namespace ELLM.Sim.Memory;

/// <summary>KV memory backed by chunks that the GPU driver maps on demand: sizes, rules and what the calls cost.</summary>
/// <param name="PoolBytes">Physical memory for KV, and for activations too when the boundary is elastic.</param>
/// <param name="ChunkBytes">Physical chunk; CUDA's granularity is 2 MiB.</param>
/// <param name="Layers">Layers of the model.</param>
/// <param name="BytesPerToken">K and V of one token over all layers of this rank.</param>
public sealed record VmmOptions(long PoolBytes, long ChunkBytes, int Layers, long BytesPerToken)
{
    /// <summary>A chunk holds tokens of all layers; otherwise K and V of each layer grow by a chunk of their own at once.</summary>
    public bool Fused { get; init; }

    /// <summary>Share of the units an admission must leave free.</summary>
    public double Watermark { get; init; } = 0.01;

    public BlockCheck Check { get; init; } = BlockCheck.Needed;

    /// <summary>Room mapped beyond the prompt at admission, in tokens.</summary>
    public int LookAheadTokens { get; init; }

    /// <summary>Chunks of each tensor that stay mapped in a range when its owner ends; the rest is unmapped.</summary>
    public long KeepChunks { get; init; } = long.MaxValue;

    /// <summary>KV and activations share the pool: whichever needs chunks takes those the other has idle.</summary>
    public bool Elastic { get; init; }

    /// <summary>Live activation bytes of a token in an iteration (elastic only).</summary>
    public long ActivationBytesPerToken { get; init; }

    /// <summary>Prompts are mapped before their iteration starts, which waits for it; otherwise while the one before runs.</summary>
    public bool PrefillMapsSync { get; init; }

    /// <summary>Growth is mapped when the step needs it, which waits; otherwise while the steps before run.</summary>
    public bool DecodeMapsSync { get; init; }

    /// <summary>Unmapping is waited for; otherwise it runs beside the iteration.</summary>
    public bool UnmapsSync { get; init; }

    /// <summary>Steps ahead of its need that growth is known and begun.</summary>
    public int LeadSteps { get; init; } = 1;

    /// <summary>Picoseconds to map one chunk and set its access.</summary>
    public long MapPs { get; init; }

    /// <summary>Picoseconds to unmap one chunk.</summary>
    public long UnmapPs { get; init; }
}
