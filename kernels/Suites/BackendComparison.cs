using System.Globalization;
using ELLM.Sim.Kernels.Backends;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>Two compilations of one kernel on one device: the same output, and how long each takes.</summary>
internal static class BackendComparison
{
    private const int Launches = 4;

    /// <summary>One line: what differs, or the times of a contiguous read by both.</summary>
    public static string Of(Bench bench, IKernelBackend other, ulong seed)
    {
        try
        {
            KernelCheck.Run(bench, other, seed);
        }
        catch (InvalidOperationException fault)
        {
            return fault.Message;
        }
        double Us(IKernelBackend kernels) => bench.DeviceUs(
            _ => kernels.ReadContiguous(bench.Stream, bench.Source, bench.Folded, bench.Sizes.ArenaBytes), Launches);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{bench.Kernels.Name} and {other.Name} agree; a read of {bench.Sizes.ArenaBytes >> 20} MiB takes "
                + $"{Us(bench.Kernels):0.#} and {Us(other):0.#} us");
    }
}
