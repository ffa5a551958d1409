using System.Numerics;
using ELLM.Sim.Kernels.Bodies;
using ELLM.Sim.Kernels.Driver;
using ELLM.Sim.Kernels.Vmm;

namespace ELLM.Sim.Kernels.Backends;

/// <summary>The kernels as PTX text, compiled by the driver for the device at hand. Needs no toolkit and no package.</summary>
public sealed class PtxBackend : IKernelBackend
{
    private const int BlockThreads = 256;

    /// <summary>Enough blocks that every multiprocessor is full whatever the kernel's registers: 8 x 256 threads each.</summary>
    private const int BlocksPerMultiprocessor = 8;

    private readonly ICudaDriver _driver;
    private readonly nint _module;
    private readonly nint _empty;
    private readonly nint _touch;
    private readonly nint _copy;
    private readonly nint _gather;
    private readonly nint _readContiguous;
    private readonly nint _readPaged;
    private readonly LaunchShape _full;

    /// <param name="driver">With the device's context current.</param>
    /// <param name="multiprocessors">Of the device.</param>
    public PtxBackend(ICudaDriver driver, int multiprocessors)
    {
        _driver = driver;
        _full = new LaunchShape(multiprocessors * BlocksPerMultiprocessor, BlockThreads);
        _module = driver.ModuleLoad(Text());
        try
        {
            _empty = driver.ModuleFunction(_module, KernelNames.Empty);
            _touch = driver.ModuleFunction(_module, KernelNames.Touch);
            _copy = driver.ModuleFunction(_module, KernelNames.Copy);
            _gather = driver.ModuleFunction(_module, KernelNames.Gather);
            _readContiguous = driver.ModuleFunction(_module, KernelNames.ReadContiguous);
            _readPaged = driver.ModuleFunction(_module, KernelNames.ReadPaged);
        }
        catch
        {
            new Cleanup().Try(Dispose);
            throw;
        }
    }

    public string Name => "driver-ptx";

    public int ReadThreads => _full.Threads;

    /// <summary>The PTX text that ships inside the library.</summary>
    public static string Text()
    {
        using Stream stream = typeof(PtxBackend).Assembly.GetManifestResourceStream("kernels.ptx")
            ?? throw new InvalidOperationException("kernels.ptx is not in the library");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    public void Empty(nint stream) => _driver.Launch(_empty, new LaunchShape(1, 32), stream, []);

    public void Touch(nint stream, ulong address, long bytes, long strideBytes, uint value) =>
        _driver.Launch(_touch, _full, stream, [address, (ulong)bytes / 4, (ulong)strideBytes / 4, value]);

    public void Copy(nint stream, ulong source, ulong target, long bytes) =>
        _driver.Launch(_copy, _full, stream, [source, target, Elements(bytes)]);

    public void Gather(nint stream, ulong source, ulong target, ulong table, long pageBytes, long bytes) =>
        _driver.Launch(_gather, _full, stream, [source, target, table, Shift(pageBytes), Elements(bytes)]);

    public void ReadContiguous(nint stream, ulong source, ulong folded, long bytes) =>
        _driver.Launch(_readContiguous, _full, stream, [source, folded, Elements(bytes)]);

    public void ReadPaged(nint stream, ulong source, ulong table, ulong folded, long pageBytes, long bytes) =>
        _driver.Launch(_readPaged, _full, stream, [source, table, folded, Shift(pageBytes), Elements(bytes)]);

    public void Dispose() => _driver.ModuleUnload(_module);

    private static ulong Elements(long bytes) => (ulong)bytes / Vec16.Bytes;

    private static ulong Shift(long pageBytes) => (ulong)BitOperations.Log2((ulong)pageBytes / Vec16.Bytes);
}
