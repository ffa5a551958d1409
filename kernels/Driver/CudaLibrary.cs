using System.Runtime.InteropServices;

namespace ELLM.Sim.Kernels.Driver;

/// <summary>Finds and opens the driver's library.</summary>
/// <remarks>
/// In this order: the path in <see cref="OverrideVariable"/>, and nothing else when it is set; then what the platform's loader finds
/// under the driver's name; then the places where WSL and containers put it. Many hosts have only <c>libcuda.so.1</c>: the name
/// without the number comes with a toolkit.
/// </remarks>
internal static class CudaLibrary
{
    public const string OverrideVariable = "ELLM_CUDA_DRIVER";

    private static readonly string[] Linux =
    [
        "libcuda.so.1",
        "/usr/lib/wsl/lib/libcuda.so.1",
        "/usr/lib/x86_64-linux-gnu/libcuda.so.1",
        "/usr/lib/aarch64-linux-gnu/libcuda.so.1",
        "/usr/lib64/libcuda.so.1",
        "/usr/local/nvidia/lib64/libcuda.so.1",
        "/usr/local/cuda/compat/libcuda.so.1",
        "libcuda.so",
    ];

    private static readonly string[] Windows = ["nvcuda.dll"];

    /// <summary>Where it is looked for on this platform.</summary>
    public static IReadOnlyList<string> Candidates => OperatingSystem.IsWindows() ? Windows : Linux;

    /// <summary>Opens the first library that loads.</summary>
    /// <exception cref="CudaUnavailableException">None does.</exception>
    public static (nint Handle, string Path) Open()
    {
        string? chosen = Environment.GetEnvironmentVariable(OverrideVariable);
        IReadOnlyList<string> candidates = string.IsNullOrEmpty(chosen) ? Candidates : [chosen];
        foreach (string candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out nint handle))
                return (handle, candidate);
        }
        throw new CudaUnavailableException(string.IsNullOrEmpty(chosen)
            ? $"no CUDA driver on this machine: {candidates[0]} is not installed (set {OverrideVariable} to its path if it is)"
            : $"no CUDA driver: {OverrideVariable}={chosen} cannot be loaded");
    }
}
