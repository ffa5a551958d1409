using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Kernels.Vmm;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>Set-access and unmap over ranges of several chunks that were made beforehand: what a pool of chunks pays to grow.</summary>
internal sealed class VmmRange(Bench bench, long chunkBytes, int chunks) : IExperiment
{
    private readonly TimedVmm _vmm = new(bench.Driver, bench.Clock, bench.EmptyNs);
    private readonly List<PhysicalChunk> _pool = [];
    private AddressRange? _range;

    public IReadOnlyList<PointKey> Points { get; } =
    [
        new(CalibratedOp.VmmSetAccess.Key(), PointKey.Idle, chunkBytes, chunks),
        new(CalibratedOp.VmmUnmap.Key(), PointKey.Idle, chunkBytes, chunks),
    ];

    public string Clock => "host";

    public long DeviceBytes => chunkBytes * chunks;

    public void Enter()
    {
        _range = AddressRange.Reserve(_vmm, DeviceBytes);
        for (int i = 0; i < chunks; i++)
            _pool.Add(PhysicalChunk.Create(_vmm, chunkBytes, bench.Device));
    }

    public void Sample(Span<double> us)
    {
        AddressRange range = _range ?? throw new InvalidOperationException("sampling before entering");
        for (int i = 0; i < chunks; i++)
            range.Map(i * chunkBytes, _pool[i]);
        range.SetAccess(0, DeviceBytes, bench.Device);
        us[0] = _vmm.LastUs;
        range.Unmap(0, DeviceBytes);
        us[1] = _vmm.LastUs;
    }

    public void Leave()
    {
        Cleanup cleanup = new();
        if (_range is { } range)
            cleanup.Try(range.Dispose);
        foreach (PhysicalChunk chunk in _pool)
            cleanup.Try(chunk.Dispose);
        _pool.Clear();
        _range = null;
        cleanup.Finish();
    }
}
