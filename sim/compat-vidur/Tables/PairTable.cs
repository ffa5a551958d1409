
namespace ELLM.Sim.Compat.Vidur.Tables;

/// <summary>Times by two keys.</summary>
internal sealed class PairTable(string op, string firstName, string secondName)
{
    private readonly Dictionary<(int First, long Second), double> _times = [];
    private readonly SortedList<int, SortedSet<long>> _keys = [];
    private readonly Dictionary<int, long[]> _sorted = [];
    private readonly Lock _gate = new();

    public int Count => _times.Count;

    public void Set(int first, long second, double ms)
    {
        _times[(first, second)] = ms;
        if (!_keys.TryGetValue(first, out SortedSet<long>? seconds))
            _keys.Add(first, seconds = []);
        seconds.Add(second);
    }

    /// <summary>Takes over another table's times; false when both have some.</summary>
    public bool Merge(PairTable other)
    {
        if (Count > 0 && other.Count > 0)
            return false;
        foreach (((int first, long second), double ms) in other._times)
            Set(first, second, ms);
        return true;
    }

    public double Find(int first, long second, VidurMissingKey missing, string table)
    {
        if (_times.TryGetValue((first, second), out double ms))
            return ms;
        if (_times.Count == 0)
            throw new InputException($"{table}: no times for {op}");
        if (missing == VidurMissingKey.Refuse)
        {
            throw new InputException(
                $"{table}: {op} has no time for {firstName} {first}, {secondName} {second} (it has {_times.Count}: "
                    + $"{firstName} {_keys.GetKeyAtIndex(0)} to {_keys.GetKeyAtIndex(_keys.Count - 1)}, "
                    + $"{secondName} {_keys.Values.Min(seconds => seconds.Min)} to {_keys.Values.Max(seconds => seconds.Max)})");
        }
        int nearest = _keys.GetKeyAtIndex(Nearest(_keys.Keys, first));
        long[] seconds = Seconds(nearest);
        return _times[(nearest, seconds[Nearest(seconds, second)])];
    }

    /// <summary>Index of the key nearest to <paramref name="wanted"/> in an ascending list; the lower one of two as near.</summary>
    public static int Nearest(IList<int> keys, int wanted) => Nearest(keys.Count, at => keys[at], wanted);

    private static int Nearest(long[] keys, long wanted) => Nearest(keys.Length, at => keys[at], wanted);

    private static int Nearest(int count, Func<int, long> key, long wanted)
    {
        int low = 0;
        int high = count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (key(middle) < wanted)
                low = middle + 1;
            else
                high = middle;
        }
        if (low == count)
            return count - 1;
        return low > 0 && wanted - key(low - 1) <= key(low) - wanted ? low - 1 : low;
    }

    private long[] Seconds(int first)
    {
        lock (_gate)
        {
            if (!_sorted.TryGetValue(first, out long[]? seconds))
                _sorted.Add(first, seconds = [.. _keys[first]]);
            return seconds;
        }
    }
}
