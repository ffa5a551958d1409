namespace ELLM.Sim.Memory;

/// <summary>Live activation bytes of an iteration on one rank, by the rules that the profiled reserve is computed with.</summary>
/// <param name="BytesPerToken">Peak of one layer for each token of the step.</param>
/// <param name="SamplerBytesPerSequence">Peak of the sampler for each sequence of the step.</param>
/// <param name="ReserveBytes">What an engine with a fixed boundary keeps free for the largest step; see <see cref="MemoryBudget"/>.</param>
public readonly record struct ActivationDemand(long BytesPerToken, long SamplerBytesPerSequence, long ReserveBytes)
{
    /// <summary>Layers and sampler follow each other, so the larger of them.</summary>
    public long LiveBytes(long tokens, long sequences) => Math.Max(BytesPerToken * tokens, SamplerBytesPerSequence * sequences);
}
