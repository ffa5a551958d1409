namespace ELLM.Sim.Memory;

/// <summary>Live activation bytes of an iteration on one rank, by the rules that the profiled reserve is computed with.</summary>
/// <param name="BytesPerToken">Peak of one layer for each token of the step.</param>
/// <param name="SamplerBytesPerSequence">Peak of the sampler for each sequence of the step.</param>
/// <param name="HiddenBytesPerToken">Hidden state of a token, which stands beside the sampler's peak.</param>
/// <param name="SamplerFixedBytes">What the sampler takes whatever it samples.</param>
/// <param name="ReserveBytes">What an engine with a fixed boundary keeps free for the largest step; see <see cref="MemoryBudget"/>.</param>
public readonly record struct ActivationDemand(
    long BytesPerToken, long SamplerBytesPerSequence, long HiddenBytesPerToken = 0, long SamplerFixedBytes = 0, long ReserveBytes = 0)
{
    /// <summary>Layers and sampler follow each other, so the larger of them. A step without sequences samples nothing.</summary>
    public long LiveBytes(long tokens, long sequences)
    {
        long layers = BytesPerToken * tokens;
        if (sequences == 0)
            return layers;
        return Math.Max(layers, (SamplerBytesPerSequence * sequences) + (HiddenBytesPerToken * tokens) + SamplerFixedBytes);
    }
}
