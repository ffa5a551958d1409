using System.Runtime.InteropServices;

namespace ELLM.Sim.Kernels.Bodies;

/// <summary>Memory as a kernel body sees it: a device view, or a host pointer in tests.</summary>
public interface IView<T>
    where T : unmanaged
{
    T this[long index] { get; set; }
}

/// <summary>The unit that the kernels move: 16 bytes, one vector load.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Vec16(uint X, uint Y, uint Z, uint W)
{
    public const int Bytes = 16;

    /// <summary>Exclusive-or of the four words.</summary>
    public uint Fold() => X ^ Y ^ Z ^ W;
}

/// <summary>Host memory at a raw address.</summary>
public readonly unsafe struct PointerView<T>(void* start) : IView<T>
    where T : unmanaged
{
    private readonly T* _start = (T*)start;

    public T this[long index]
    {
        get => _start[index];
        set => _start[index] = value;
    }
}
