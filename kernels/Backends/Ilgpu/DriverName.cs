using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace ELLM.Sim.Kernels.Backends.Ilgpu;

/// <summary>Makes ILGPU find the driver that this tool found.</summary>
/// <remarks>
/// ILGPU 1.5.3 imports from a library called <c>cuda</c>, for which the runtime tries <c>libcuda.so</c> but never <c>libcuda.so.1</c>.
/// Hosts without a toolkit have only the latter, and ILGPU then reports no device instead of an error. A resolver on the load
/// context is asked last, so it changes nothing where the name is found.
/// </remarks>
internal static class DriverName
{
    private static readonly Lock Once = new();
    private static string? _library;

    /// <summary>From now on the name stands for this library; the first that is used stays for the life of the process.</summary>
    public static void Resolve(string library)
    {
        lock (Once)
        {
            if (_library is null)
            {
                AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
                    name == "cuda" && NativeLibrary.TryLoad(_library!, out nint handle) ? handle : 0;
            }
            _library = library;
        }
    }
}
