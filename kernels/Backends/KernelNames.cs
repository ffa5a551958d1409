namespace ELLM.Sim.Kernels.Backends;

/// <summary>Entry points of the PTX text and how wide their parameters are, in order.</summary>
internal static class KernelNames
{
    public const string Empty = "empty_kernel";
    public const string Touch = "touch";
    public const string Copy = "copy_contiguous";
    public const string Gather = "gather_pages";
    public const string ReadContiguous = "kv_read_contiguous";
    public const string ReadPaged = "kv_read_paged";

    /// <summary>Bits of each parameter, as the launches pass them.</summary>
    public static IReadOnlyDictionary<string, int[]> Parameters { get; } = new Dictionary<string, int[]>
    {
        [Empty] = [],
        [Touch] = [64, 64, 64, 32],
        [Copy] = [64, 64, 64],
        [Gather] = [64, 64, 64, 32, 64],
        [ReadContiguous] = [64, 64, 64],
        [ReadPaged] = [64, 64, 64, 32, 64],
    };
}
