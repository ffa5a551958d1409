using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.ExceptionServices;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Kernels.Vmm;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>Several threads map, set access and unmap chunks of their own at once: what the driver's lock costs.</summary>
/// <remarks>A number is the mean over the threads of one such call each, begun together.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "The barrier lives between Enter and Leave.")]
internal sealed class VmmThreads(Bench bench, long chunkBytes, int threads) : IExperiment
{
    private static readonly CalibratedOp[] Calls = [CalibratedOp.VmmMap, CalibratedOp.VmmSetAccess, CalibratedOp.VmmUnmap];

    private readonly double[] _us = new double[3 * threads];
    private readonly List<Thread> _workers = [];
    private Barrier? _barrier;
    private volatile bool _stop;
    private ExceptionDispatchInfo? _fault;

    public IReadOnlyList<PointKey> Points { get; } =
        [.. Calls.Select(
            call => new PointKey(call.Key(), string.Create(CultureInfo.InvariantCulture, $"threads-{threads}"), chunkBytes, 1))];

    public string Clock => "host";

    public long DeviceBytes => chunkBytes * threads;

    public void Enter()
    {
        _stop = false;
        _fault = null;
        _barrier = new Barrier(threads + 1);
        for (int i = 0; i < threads; i++)
        {
            int slot = i;
            Thread worker = new(() => Work(slot)) { IsBackground = true, Name = $"vmm {slot}" };
            _workers.Add(worker);
            worker.Start();
        }
    }

    public void Sample(Span<double> us)
    {
        Barrier barrier = _barrier ?? throw new InvalidOperationException("sampling before entering");
        barrier.SignalAndWait();
        barrier.SignalAndWait();
        _fault?.Throw();
        for (int call = 0; call < Calls.Length; call++)
        {
            double sum = 0;
            for (int i = 0; i < threads; i++)
                sum += _us[(3 * i) + call];
            us[call] = sum / threads;
        }
    }

    public void Leave()
    {
        if (_barrier is null)
            return;
        _stop = true;
        _barrier.SignalAndWait();
        foreach (Thread worker in _workers)
            worker.Join();
        _workers.Clear();
        _barrier.Dispose();
        _barrier = null;
        _fault?.Throw();
    }

    /// <summary>Meets the main thread twice a sample whatever happens, so that neither waits for ever.</summary>
    private void Work(int slot)
    {
        TimedVmm vmm = new(bench.Driver, bench.Clock, bench.EmptyNs);
        PhysicalChunk? chunk = null;
        AddressRange? range = null;
        Guarded(() =>
        {
            bench.Session.Bind();
            chunk = PhysicalChunk.Create(vmm, chunkBytes, bench.Device);
            range = AddressRange.Reserve(vmm, chunkBytes);
        });
        while (true)
        {
            _barrier!.SignalAndWait();
            if (_stop)
                break;
            if (chunk is not null && range is not null && _fault is null)
                Guarded(() => Once(vmm, chunk, range, slot));
            _barrier.SignalAndWait();
        }
        Guarded(() => range?.Dispose());
        Guarded(() => chunk?.Dispose());
    }

    private void Once(TimedVmm vmm, PhysicalChunk chunk, AddressRange range, int slot)
    {
        Span<double> us = _us.AsSpan(Calls.Length * slot, Calls.Length);
        range.Map(0, chunk);
        us[0] = vmm.LastUs;
        range.SetAccess(0, chunkBytes, bench.Device);
        us[1] = vmm.LastUs;
        range.Unmap(0, chunkBytes);
        us[2] = vmm.LastUs;
    }

    private void Guarded(Action work)
    {
        try
        {
            work();
        }
#pragma warning disable CA1031 // Whatever it is belongs to the thread that asked for the sample.
        catch (Exception fault)
        {
            Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(fault), null);
        }
#pragma warning restore CA1031
    }
}
