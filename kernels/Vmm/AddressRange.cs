using ELLM.Sim.Kernels.Driver;

namespace ELLM.Sim.Kernels.Vmm;

/// <summary>A reserved address range and the chunks mapped into it, in the only order the driver allows.</summary>
/// <remarks>
/// Map, then set-access, then use; drain what uses it, unmap whole mappings, then give the addresses back. Disposing does the rest
/// of that order from wherever it stands. Not for several threads at once.
/// </remarks>
public sealed class AddressRange : IDisposable
{
    private readonly IVmmCalls _driver;
    private readonly SortedList<long, long> _mapped = [];
    private bool _held = true;

    private AddressRange(IVmmCalls driver, long bytes, ulong address)
    {
        _driver = driver;
        Bytes = bytes;
        Address = address;
    }

    public long Bytes { get; }

    public ulong Address { get; }

    public static AddressRange Reserve(IVmmCalls driver, long bytes) => new(driver, bytes, driver.AddressReserve(bytes));

    /// <summary>Maps the whole of a chunk at an offset of the range.</summary>
    public void Map(long offset, PhysicalChunk chunk)
    {
        ObjectDisposedException.ThrowIf(!_held, this);
        if (offset < 0 || offset + chunk.Bytes > Bytes)
            throw new InvalidOperationException($"mapping {chunk.Bytes} bytes at offset {offset} of a range of {Bytes}");
        _driver.Map(Address + (ulong)offset, chunk.Bytes, chunk.Handle);
        _mapped.Add(offset, chunk.Bytes);
    }

    /// <summary>Makes mapped memory usable.</summary>
    public void SetAccess(long offset, long bytes, int device)
    {
        ObjectDisposedException.ThrowIf(!_held, this);
        _driver.SetAccess(Address + (ulong)offset, bytes, device);
    }

    /// <summary>Unmaps the mappings that make up a part of the range.</summary>
    public void Unmap(long offset, long bytes)
    {
        ObjectDisposedException.ThrowIf(!_held, this);
        _driver.Unmap(Address + (ulong)offset, bytes);
        int first = 0;
        while (first < _mapped.Count && _mapped.GetKeyAtIndex(first) < offset)
            first++;
        while (first < _mapped.Count && _mapped.GetKeyAtIndex(first) < offset + bytes)
            _mapped.RemoveAt(first);
    }

    /// <summary>Gives the addresses back; nothing may be mapped.</summary>
    public void Free()
    {
        ObjectDisposedException.ThrowIf(!_held, this);
        if (_mapped.Count > 0)
            throw new InvalidOperationException($"freeing a range with {_mapped.Count} mappings");
        _driver.AddressFree(Address, Bytes);
        _held = false;
    }

    /// <summary>Unmaps whatever is mapped, one mapping at a time: chunks behind it can be released then.</summary>
    public void UnmapAll()
    {
        if (_mapped.Count == 0)
            return;
        Cleanup cleanup = new();
        foreach ((long offset, long bytes) in _mapped.ToArray())
            cleanup.Try(() => _driver.Unmap(Address + (ulong)offset, bytes));
        _mapped.Clear();
        cleanup.Finish();
    }

    public void Dispose()
    {
        if (!_held)
            return;
        _held = false;
        Cleanup cleanup = new();
        cleanup.Try(UnmapAll);
        cleanup.Try(() => _driver.AddressFree(Address, Bytes));
        cleanup.Finish();
    }
}
