using System.Collections;

namespace ELLM.Sim.Settings;

/// <summary>A list that is read by many threads and now and then gets longer; readers see one length from beginning to end.</summary>
internal sealed class GrowingList<T>(IEnumerable<T> items) : IReadOnlyList<T>
{
    private volatile T[] _items = [.. items];

    public int Count => _items.Length;

    public T this[int index] => _items[index];

    /// <summary>Callers hold a lock: one writer at a time.</summary>
    public void Add(IEnumerable<T> more) => _items = [.. _items, .. more];

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();
}
