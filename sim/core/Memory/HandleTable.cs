namespace ELLM.Sim.Memory;

/// <summary>What a layout keeps of each sequence beside its grant, by the handle that the grant carries.</summary>
internal sealed class HandleTable<T>
{
    private readonly Stack<int> _unused = new();
    private T[] _items = new T[16];
    private int _count;

    public ref T this[long handle] => ref _items[handle];

    /// <summary>A handle that nothing else has; what was kept under it last is still there.</summary>
    public int Take()
    {
        if (_unused.TryPop(out int handle))
            return handle;
        if (_count == _items.Length)
            Array.Resize(ref _items, 2 * _count);
        return _count++;
    }

    public void Return(long handle) => _unused.Push((int)handle);
}
