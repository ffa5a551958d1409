using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Kernels.Vmm;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>The life of one chunk, every call timed by itself: reserve, create, map, set-access, unmap, release, address-free.</summary>
internal sealed class VmmCycle(Bench bench, long chunkBytes, string condition = PointKey.Idle, BackgroundLoad? load = null) : IExperiment
{
    private const int LoadRetries = 3;

    private static readonly CalibratedOp[] Calls =
    [
        CalibratedOp.VmmReserve, CalibratedOp.VmmCreate, CalibratedOp.VmmMap, CalibratedOp.VmmSetAccess,
        CalibratedOp.VmmUnmap, CalibratedOp.VmmRelease, CalibratedOp.VmmAddressFree,
    ];

    private readonly TimedVmm _vmm = new(bench.Driver, bench.Clock, bench.EmptyNs);

    public IReadOnlyList<PointKey> Points { get; } = [.. Calls.Select(call => new PointKey(call.Key(), condition, chunkBytes, 1))];

    public string Clock => "host";

    public long DeviceBytes => chunkBytes;

    public bool IsOnce => condition == RawSample.Cold;

    public string Flags { get; private set; } = "";

    public void Enter()
    {
    }

    public void Sample(Span<double> us)
    {
        if (load is null)
        {
            Once(us);
            return;
        }
        for (int attempt = 0; attempt <= LoadRetries; attempt++)
        {
            load.Ensure();
            Once(us);
            Flags = load.IsRunning ? "" : "load-ended";
            if (Flags.Length == 0)
                return;
        }
    }

    public void Leave() => load?.Drain();

    private void Once(Span<double> us)
    {
        using AddressRange range = AddressRange.Reserve(_vmm, chunkBytes);
        us[0] = _vmm.LastUs;
        using PhysicalChunk chunk = PhysicalChunk.Create(_vmm, chunkBytes, bench.Device);
        us[1] = _vmm.LastUs;
        try
        {
            range.Map(0, chunk);
            us[2] = _vmm.LastUs;
            range.SetAccess(0, chunkBytes, bench.Device);
            us[3] = _vmm.LastUs;
            range.Unmap(0, chunkBytes);
            us[4] = _vmm.LastUs;
        }
        finally
        {
            range.UnmapAll();
        }
        chunk.Release();
        us[5] = _vmm.LastUs;
        range.Free();
        us[6] = _vmm.LastUs;
    }
}
