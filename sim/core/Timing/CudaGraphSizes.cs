namespace ELLM.Sim.Timing;

/// <summary>Batch sizes an engine captures CUDA graphs for: 1, 2, 4, multiples of 8 to 256, multiples of 16 to 512.</summary>
/// <remarks>The default list of vLLM 0.9 and later. Decode-only batches run padded to the next size; larger ones run as they are.</remarks>
public static class CudaGraphSizes
{
    public const int Largest = 512;

    public static int Pad(int sequences) => sequences switch
    {
        <= 2 => sequences,
        <= 4 => 4,
        <= 256 => (sequences + 7) / 8 * 8,
        <= Largest => (sequences + 15) / 16 * 16,
        _ => sequences,
    };
}
