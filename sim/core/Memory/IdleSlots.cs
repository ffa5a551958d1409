namespace ELLM.Sim.Memory;

/// <summary>Address ranges whose owner has ended and whose chunks are still mapped, by how much is mapped.</summary>
public sealed class IdleSlots
{
    /// <summary>Units mapped in each slot, ascending.</summary>
    private readonly List<long> _slots = [];

    public long Units { get; private set; }

    public int Count => _slots.Count;

    public void Add(long units)
    {
        int at = _slots.BinarySearch(units);
        _slots.Insert(at < 0 ? ~at : at, units);
        Units += units;
    }

    /// <summary>Units of the slot that <see cref="TakeBestFit"/> would take, at most what is asked for.</summary>
    public long BestFit(long units)
    {
        if (_slots.Count == 0)
            return 0;
        int at = _slots.BinarySearch(units);
        return Math.Min(units, _slots[Math.Min(at < 0 ? ~at : at, _slots.Count - 1)]);
    }

    /// <summary>Takes the smallest slot that covers the need, else the largest there is, which then has to grow; 0 when there is
    /// none.</summary>
    public long TakeBestFit(long units)
    {
        if (_slots.Count == 0)
            return 0;
        int at = _slots.BinarySearch(units);
        if (at < 0)
            at = Math.Min(~at, _slots.Count - 1);
        long taken = _slots[at];
        _slots.RemoveAt(at);
        Units -= taken;
        return taken;
    }

    /// <summary>Unmaps up to <paramref name="units"/> units, from the largest slots down. Returns how many.</summary>
    public long Reclaim(long units)
    {
        long left = Math.Min(units, Units);
        long reclaimed = left;
        while (left > 0)
        {
            long largest = _slots[^1];
            long shrink = Math.Min(largest, left);
            _slots.RemoveAt(_slots.Count - 1);
            Units -= largest;
            if (largest > shrink)
                Add(largest - shrink);
            left -= shrink;
        }
        return reclaimed;
    }
}
