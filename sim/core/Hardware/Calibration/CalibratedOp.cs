namespace ELLM.Sim.Hardware.Calibration;

/// <summary>The operations a calibration profile can hold.</summary>
public enum CalibratedOp
{
    /// <summary>Reserving an address range, per call.</summary>
    VmmReserve,

    /// <summary>Making one physical chunk.</summary>
    VmmCreate,

    /// <summary>Mapping one chunk; it is inaccessible until set-access.</summary>
    VmmMap,

    /// <summary>Making a mapped range accessible; items are the chunks of the range.</summary>
    VmmSetAccess,

    /// <summary>Unmapping a range of whole chunks.</summary>
    VmmUnmap,

    /// <summary>Giving one physical chunk back.</summary>
    VmmRelease,

    /// <summary>Giving an address range back, per call.</summary>
    VmmAddressFree,

    CopyHostToDevicePinned,
    CopyDeviceToHostPinned,
    CopyHostToDevicePageable,
    CopyDeviceToHostPageable,

    /// <summary>Device to device, payload bytes; memory moves twice that.</summary>
    CopyDeviceToDevice,

    /// <summary>Host time to enqueue one asynchronous copy.</summary>
    CopySubmit,

    /// <summary>One empty kernel among many, back to back.</summary>
    KernelLaunch,

    /// <summary>Writing one word per 4 KiB of freshly mapped memory.</summary>
    KernelTouch,

    /// <summary>Contiguous copy by a kernel, payload bytes.</summary>
    KernelCopy,

    /// <summary>Gathering pages through a table into contiguous memory, payload bytes.</summary>
    KernelGather,

    /// <summary>Reading contiguous KV.</summary>
    KernelKvReadContiguous,

    /// <summary>Reading KV through a block table.</summary>
    KernelKvReadPaged,

    /// <summary>Allocating pinned host memory.</summary>
    PinnedAlloc,

    /// <summary>Pinning host memory that exists and has been touched.</summary>
    PinnedRegister,
}

/// <summary>Names of operations in profiles and raw files.</summary>
public static class CalibratedOps
{
    private static readonly string[] Keys =
    [
        "vmm.reserve", "vmm.create", "vmm.map", "vmm.set_access", "vmm.unmap", "vmm.release", "vmm.address_free",
        "copy.h2d.pinned", "copy.d2h.pinned", "copy.h2d.pageable", "copy.d2h.pageable", "copy.d2d", "copy.submit",
        "kernel.launch", "kernel.touch", "kernel.copy", "kernel.gather", "kernel.kv_read.contiguous", "kernel.kv_read.paged",
        "pinned.alloc", "pinned.register",
    ];

    /// <summary>All keys, in the order of <see cref="CalibratedOp"/>.</summary>
    public static IReadOnlyList<string> All => Keys;

    /// <summary>The key of an operation: <c>vmm.set_access</c>.</summary>
    public static string Key(this CalibratedOp op) => Keys[(int)op];

    /// <summary>The operation behind a key.</summary>
    public static bool TryParse(string key, out CalibratedOp op)
    {
        int at = Array.IndexOf(Keys, key);
        op = (CalibratedOp)Math.Max(at, 0);
        return at >= 0;
    }
}

/// <summary>Names of the factors by which operations slow each other down.</summary>
public static class CalibrationFactors
{
    /// <summary>Rate of one direction while the other is busy, of its rate alone.</summary>
    public const string CopyBidirectional = "copy.bidirectional";

    /// <summary>Rate of a copy while a memory-bound kernel runs, of its rate alone.</summary>
    public const string CopyBesideCompute = "copy_vs_compute.copy";

    /// <summary>Rate of a memory-bound kernel while a copy runs, of its rate alone.</summary>
    public const string ComputeBesideCopy = "copy_vs_compute.compute";

    /// <summary>Time of a VMM call while a kernel runs, of its time on an idle device.</summary>
    public const string VmmBesideCompute = "vmm_vs_compute.vmm";

    /// <summary>VMM calls a second of two threads together, of one thread alone: 1 when the driver's lock serialises them.</summary>
    public const string DriverLockTwoThreads = "driver_lock.threads_2";

    /// <summary>The same of four threads.</summary>
    public const string DriverLockFourThreads = "driver_lock.threads_4";

    public static IReadOnlyList<string> All { get; } =
        [CopyBidirectional, CopyBesideCompute, ComputeBesideCopy, VmmBesideCompute, DriverLockTwoThreads, DriverLockFourThreads];
}
