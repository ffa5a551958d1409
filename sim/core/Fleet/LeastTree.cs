namespace ELLM.Sim.Fleet;

/// <summary>The least of so many keys, found by a tournament: a change costs the height of the tree.</summary>
/// <remarks>Among equals the lowest index wins.</remarks>
internal sealed class LeastTree
{
    private readonly int _leaves;
    private readonly long[] _keys;

    /// <summary>Winner below each inner node; node 1 is the root.</summary>
    private readonly int[] _winners;

    public LeastTree(int count)
    {
        _leaves = 1;
        while (_leaves < count)
            _leaves *= 2;
        _keys = new long[_leaves];
        Array.Fill(_keys, 0, 0, count);
        Array.Fill(_keys, long.MaxValue, count, _leaves - count);
        _winners = new int[2 * _leaves];
        for (int i = 0; i < _leaves; i++)
            _winners[_leaves + i] = i;
        for (int node = _leaves - 1; node > 0; node--)
            _winners[node] = Winner(node);
    }

    public int Least => _winners[1];

    public long Key(int index) => _keys[index];

    public void Set(int index, long key)
    {
        if (_keys[index] == key)
            return;
        _keys[index] = key;
        for (int node = (_leaves + index) / 2; node > 0; node /= 2)
            _winners[node] = Winner(node);
    }

    private int Winner(int node)
    {
        int left = _winners[2 * node], right = _winners[(2 * node) + 1];
        return _keys[right] < _keys[left] ? right : left;
    }
}
