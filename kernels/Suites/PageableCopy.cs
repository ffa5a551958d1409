using System.Runtime.InteropServices;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Measure;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>A copy from or to ordinary host memory: the driver stages it on the CPU, so the host's clock is the right one.</summary>
internal sealed unsafe class PageableCopy(Bench bench, CalibratedOp op, long bytes) : IExperiment
{
    private const int PageBytes = 4096;

    private void* _host;

    public IReadOnlyList<PointKey> Points { get; } = [new(op.Key(), PointKey.Idle, bytes, 1)];

    public string Clock => "host";

    public long DeviceBytes => 0;

    public void Enter()
    {
        _host = NativeMemory.AlignedAlloc((nuint)bytes, PageBytes);
        new Span<byte>((void*)bench.PinnedIn, (int)bytes).CopyTo(new Span<byte>(_host, (int)bytes));
    }

    public void Sample(Span<double> us)
    {
        long start = bench.Clock.NowNs;
        if (op == CalibratedOp.CopyHostToDevicePageable)
            bench.Driver.CopyToDevice(bench.Target, (nint)_host, bytes, bench.Stream);
        else
            bench.Driver.CopyToHost((nint)_host, bench.Source, bytes, bench.Stream);
        bench.Driver.StreamSynchronize(bench.Stream);
        us[0] = Math.Max(bench.Clock.NowNs - start - bench.EmptyNs, 0) / 1e3;
    }

    public void Leave()
    {
        try
        {
            bench.Driver.StreamSynchronize(bench.Stream);
        }
        finally
        {
            NativeMemory.AlignedFree(_host);
            _host = null;
        }
    }
}
