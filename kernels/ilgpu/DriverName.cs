using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace ELLM.Sim.Kernels.Ilgpu;

/// <summary>Makes ILGPU find the driver that this tool found.</summary>
/// <remarks>
/// ILGPU 1.5.3 imports from a library called <c>cuda</c>, for which the runtime tries <c>libcuda.so</c> but never <c>libcuda.so.1</c>.
/// Hosts without a toolkit have only the latter, and ILGPU then reports no device instead of an error. A resolver on the load
/// context is asked last, so it changes nothing where the name is found.
/// </remarks>
internal static class DriverName
{
    public static void Resolve(string library) =>
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
            name == "cuda" && NativeLibrary.TryLoad(library, out nint handle) ? handle : 0;
}
