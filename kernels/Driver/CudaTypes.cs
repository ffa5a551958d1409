using System.Runtime.InteropServices;

namespace ELLM.Sim.Kernels.Driver;

// Layouts and values: cuda.h of CUDA 12.6 (NVIDIA), unchanged in 13.x. Names follow the header so that they can be searched there.

/// <summary>CUmemLocation: 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MemLocation
{
    public const int TypeDevice = 1;

    public int Type;
    public int Id;
}

/// <summary>CUmemAllocationProp: 32 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MemAllocationProp
{
    public const int TypePinned = 1;

    public int Type;
    public int RequestedHandleTypes;
    public MemLocation Location;
    public nint Win32HandleMetaData;
    public byte CompressionType;
    public byte GpuDirectRdmaCapable;
    public ushort Usage;
    public int Reserved;

    /// <summary>Plain device memory, not shared with other processes.</summary>
    public static MemAllocationProp OnDevice(int device) => new()
    {
        Type = TypePinned,
        Location = new MemLocation { Type = MemLocation.TypeDevice, Id = device },
    };
}

/// <summary>CUmemAccessDesc: 12 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MemAccessDesc
{
    public const int ReadWrite = 3;

    public MemLocation Location;
    public int Flags;
}

/// <summary>CUresult values that are told apart here.</summary>
internal static class CudaResult
{
    public const int Success = 0;
    public const int NoDevice = 100;
    public const int NotReady = 600;
}

/// <summary>CUdevice_attribute.</summary>
public enum DeviceAttribute
{
    MultiprocessorCount = 16,
    MemoryClockKhz = 36,
    MemoryBusBits = 37,
    L2Bytes = 38,
    AsyncEngines = 40,
    CapabilityMajor = 75,
    CapabilityMinor = 76,
    VirtualMemoryManagement = 102,
}

/// <summary>Grid and block of a launch, one dimension each.</summary>
public readonly record struct LaunchShape(int Blocks, int BlockThreads)
{
    public int Threads => Blocks * BlockThreads;
}
