namespace ELLM.Sim.Serving;

/// <summary>The decoding sequences that are, or can still become, the longest one.</summary>
/// <remarks>
/// All grow alike, so one that is not longer than another and does not stay longer never leads. The others make a staircase: each
/// is shorter than the one before it and stays longer. Its first stair is the longest sequence and the first of them to finish. Of
/// a batch of
/// hundreds a handful is left. When a stair leaves before its last step (a preemption), those in its shadow may lead again: the
/// staircase is then <see cref="Stale"/> and is built from all sequences when next asked.
/// </remarks>
internal sealed class LongestContenders
{
    private Stair[] _stairs = new Stair[16];
    private int _first;
    private int _end;

    public bool Stale { get; private set; }

    public bool IsEmpty => _first == _end;

    /// <summary>Length at step 0 of the longest sequence: its length now, less the steps done.</summary>
    public long LongestKey => _stairs[_first].Key;

    /// <param name="key">Its length now, less the steps done: it stays what it is.</param>
    public void Join(int slot, long key, long lastStep)
    {
        int at = _end;
        while (at > _first && _stairs[at - 1].Key <= key)
            at--;
        if (at > _first && _stairs[at - 1].LastStep >= lastStep)
            return;
        if (at < _end && _stairs[at].Key == key && _stairs[at].LastStep >= lastStep)
            return;
        int next = at;
        while (next < _end && _stairs[next].LastStep <= lastStep)
            next++;
        if (next == at)
        {
            at = MakeRoom(at);
        }
        else if (next > at + 1)
        {
            Array.Copy(_stairs, next, _stairs, at + 1, _end - next);
            _end -= next - at - 1;
        }
        _stairs[at] = new Stair(slot, key, lastStep);
    }

    /// <summary>A sequence leaves.</summary>
    public void Leave(int slot, bool finished)
    {
        if (finished)
        {
            // A stair that finishes is the first one: those before it had earlier last steps.
            if (_first < _end && _stairs[_first].Slot == slot)
                _first++;
            return;
        }
        for (int i = _first; i < _end; i++)
            Stale |= _stairs[i].Slot == slot;
    }

    public void Clear()
    {
        _first = _end = 0;
        Stale = false;
    }

    /// <summary>Moves the stairs from one on up by one place. Returns where that one was.</summary>
    private int MakeRoom(int at)
    {
        if (_end == _stairs.Length)
        {
            int count = _end - _first;
            Stair[] target = count * 2 > _stairs.Length ? new Stair[_stairs.Length * 2] : _stairs;
            Array.Copy(_stairs, _first, target, 0, count);
            _stairs = target;
            at -= _first;
            _first = 0;
            _end = count;
        }
        Array.Copy(_stairs, at, _stairs, at + 1, _end - at);
        _end++;
        return at;
    }

    private readonly record struct Stair(int Slot, long Key, long LastStep);
}
