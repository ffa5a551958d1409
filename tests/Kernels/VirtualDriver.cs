using System.Runtime.InteropServices;
using ELLM.Sim.Kernels.Driver;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Tests.Kernels;

/// <summary>A driver in this process whose every call takes a known time on a virtual clock; noise, spikes and drift on request.</summary>
internal sealed unsafe class VirtualDriver : ICudaDriver, IClock
{
    public const long Mib = 1 << 20;

    /// <summary>As much of a copy as the kernel check looks at is done; the rest only takes time.</summary>
    private const long RealBytes = 128 << 10;

    private readonly RandomStream _random = RandomStream.Named(3, "virtual driver");
    private readonly Dictionary<ulong, nuint> _reserved = [];
    private readonly Dictionary<nint, double> _events = [];
    private double _nowNs;
    private double _deviceNs;
    private nint _nextHandle = 1;
    private long _calls;

    /// <summary>Half width of the relative noise of every host call.</summary>
    public double Noise { get; init; } = 0.01;

    /// <summary>Every so many host calls one takes twenty times as long; zero: none.</summary>
    public int SpikeEvery { get; init; }

    /// <summary>By how much everything slows down until a virtual minute has passed.</summary>
    public double DriftPerMinute { get; init; }

    /// <summary>Microseconds of one call by name, items and MiB.</summary>
    public Func<string, double, double, double> Cost { get; init; } = Costs;

    public string Name => "virtual";

    public int Version => 12060;

    public int DeviceCount => 1;

    public long NowNs => (long)_nowNs;

    public double NowSeconds => _nowNs / 1e9;

    public static double Costs(string call, double items, double mib) => call switch
    {
        "reserve" => 2,
        "create" => 30 + (0.5 * mib),
        "map" => 2,
        "set_access" => 33 + (0.25 * items) + (1.5 * mib),
        "unmap" => 25 + (1.0 * mib),
        "release" => 23,
        "address_free" => 1.5,
        "h2d" => 2.5 + (1048.576 / 50 * mib),
        "d2h" => 3.5 + (1048.576 / 40 * mib),
        "d2d" => 3 + (1048.576 / 2000 * mib),
        "kernel" => 4 + (1048.576 / 3800 * mib),
        "host_alloc" => 100 + (330 * mib),
        "host_register" => 50 + (150 * mib),
        _ => 1,
    };

    public int Device(int ordinal) => ordinal;

    public string DeviceName(int device) => "Virtual GPU";

    public int Attribute(DeviceAttribute attribute, int device) => attribute switch
    {
        DeviceAttribute.MultiprocessorCount => 2,
        DeviceAttribute.CapabilityMajor => 9,
        DeviceAttribute.VirtualMemoryManagement => 1,
        _ => 0,
    };

    public long TotalMemory(int device) => 256 * Mib;

    public (long Free, long Total) MemoryInfo() => (256 * Mib, 256 * Mib);

    public nint RetainPrimaryContext(int device) => 1;

    public void ReleasePrimaryContext(int device)
    {
    }

    public void SetCurrent(nint context)
    {
    }

    public void Synchronize() => _nowNs = Math.Max(_nowNs, _deviceNs);

    public long Granularity(int device) => 2 * Mib;

    public ulong AddressReserve(long bytes)
    {
        Host("reserve", 1, bytes);
        return Alloc(bytes);
    }

    public void AddressFree(ulong address, long bytes)
    {
        Host("address_free", 1, bytes);
        Free(address);
    }

    public ulong Create(long bytes, int device)
    {
        Host("create", 1, bytes);
        return (ulong)_nextHandle++;
    }

    public void Release(ulong handle) => Host("release", 1, 0);

    public void Map(ulong address, long bytes, ulong handle) => Host("map", 1, bytes);

    public void SetAccess(ulong address, long bytes, int device) => Host("set_access", bytes / (2.0 * Mib), bytes);

    public void Unmap(ulong address, long bytes) => Host("unmap", bytes / (2.0 * Mib), bytes);

    public ulong Alloc(long bytes)
    {
        ulong address = (ulong)NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        _reserved.Add(address, (nuint)bytes);
        return address;
    }

    public void Free(ulong address)
    {
        _reserved.Remove(address);
        NativeMemory.AlignedFree((void*)address);
    }

    public nint HostAlloc(long bytes)
    {
        Host("host_alloc", 1, bytes);
        return (nint)Alloc(bytes);
    }

    public void HostFree(nint pointer) => Free((ulong)pointer);

    public void HostRegister(nint pointer, long bytes) => Host("host_register", 1, bytes);

    public void HostUnregister(nint pointer)
    {
    }

    public void CopyToDevice(ulong target, nint source, long bytes, nint stream) => Copy("h2d", (void*)target, (void*)source, bytes);

    public void CopyToHost(nint target, ulong source, long bytes, nint stream) => Copy("d2h", (void*)target, (void*)source, bytes);

    public void CopyOnDevice(ulong target, ulong source, long bytes, nint stream) => Copy("d2d", (void*)target, (void*)source, bytes);

    public void Fill(ulong target, byte value, long bytes, nint stream) => new Span<byte>((void*)target, (int)bytes).Fill(value);

    public nint StreamCreate() => _nextHandle++;

    public void StreamDestroy(nint stream)
    {
    }

    public void StreamSynchronize(nint stream) => Synchronize();

    public nint EventCreate() => _nextHandle++;

    public void EventDestroy(nint e)
    {
    }

    public void EventRecord(nint e, nint stream)
    {
        _deviceNs = Math.Max(_deviceNs, _nowNs);
        _events[e] = _deviceNs;
    }

    public void EventSynchronize(nint e) => _nowNs = Math.Max(_nowNs, _events[e]);

    public bool EventIsDone(nint e) => _events[e] <= _nowNs;

    public double EventElapsedMs(nint start, nint end) => (_events[end] - _events[start]) / 1e6;

    public nint ModuleLoad(string ptx) => 1;

    public void ModuleUnload(nint module)
    {
    }

    public nint ModuleFunction(nint module, string name) => 1;

    public void Launch(nint function, LaunchShape shape, nint stream, ReadOnlySpan<ulong> arguments) =>
        throw new NotSupportedException("kernels of the virtual driver are VirtualKernels");

    /// <summary>Device work of that cost begins when the device is free.</summary>
    public void Enqueue(string work, long bytes)
    {
        _nowNs += 100;
        _deviceNs = Math.Max(_deviceNs, _nowNs) + (Cost(work, 1, bytes / (double)Mib) * 1e3 * Slow());
    }

    public void Dispose()
    {
        foreach (ulong address in _reserved.Keys)
            NativeMemory.AlignedFree((void*)address);
        _reserved.Clear();
    }

    private void Copy(string kind, void* target, void* source, long bytes)
    {
        Buffer.MemoryCopy(source, target, Math.Min(bytes, RealBytes), Math.Min(bytes, RealBytes));
        Enqueue(kind, bytes);
    }

    private void Host(string call, double items, long bytes)
    {
        double ns = Cost(call, items, bytes / (double)Mib) * 1e3 * Slow();
        ns *= 1 + (Noise * ((2 * _random.NextDouble()) - 1));
        _calls++;
        _nowNs += SpikeEvery > 0 && _calls % SpikeEvery == 0 ? 20 * ns : ns;
    }

    private double Slow() => 1 + (DriftPerMinute * Math.Min(_nowNs / 60e9, 1));
}
