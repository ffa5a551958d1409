using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Kernels.Vmm;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>The first kernel that uses freshly mapped memory: one word every 4 KiB; a second pass is a condition of its own.</summary>
internal sealed class TouchAfterMap(Bench bench, long bytes) : IExperiment
{
    private const long Stride = 4096;

    public IReadOnlyList<PointKey> Points { get; } =
    [
        new(CalibratedOp.KernelTouch.Key(), PointKey.Idle, bytes, 1),
        new(CalibratedOp.KernelTouch.Key(), "second-pass", bytes, 1),
    ];

    public string Clock => "device";

    public long DeviceBytes => bytes;

    public void Enter()
    {
    }

    public void Sample(Span<double> us)
    {
        using PhysicalChunk chunk = PhysicalChunk.Create(bench.Driver, bytes, bench.Device);
        using AddressRange range = AddressRange.Reserve(bench.Driver, bytes);
        range.Map(0, chunk);
        range.SetAccess(0, bytes, bench.Device);
        us[0] = Pass(range.Address);
        us[1] = Pass(range.Address);
    }

    public void Leave() => bench.Driver.StreamSynchronize(bench.Stream);

    /// <summary>Waits for the kernel: nothing may be in flight when the range is unmapped.</summary>
    private double Pass(ulong address) => bench.DeviceUs(_ => bench.Kernels.Touch(bench.Stream, address, bytes, Stride, 1), 1);
}
