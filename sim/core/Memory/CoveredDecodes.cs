namespace ELLM.Sim.Memory;

/// <summary>Decoding sequences that do not grow yet, because more is mapped for them than their tokens fill.</summary>
/// <remarks>They wait, by the decode step from which they do, and are then counted into the growth of the batch.</remarks>
internal sealed class CoveredDecodes(KvGrowth growth)
{
    /// <summary>Classes of the sequences, by the step from which they grow.</summary>
    private readonly PriorityQueue<int, long> _waiting = new();

    /// <summary>Of those, how many have left.</summary>
    private readonly Dictionary<(long GrowsFrom, int Class), int> _gone = [];
    private long _step;

    /// <summary>Sequences that decode and do not grow yet.</summary>
    public int Count { get; private set; }

    /// <summary>Steps from now on, at most <paramref name="maxSteps"/>, in which no other sequence begins to grow.</summary>
    public long Unchanged(long maxSteps) => _waiting.TryPeek(out _, out long from) ? Math.Min(maxSteps, from - _step) : maxSteps;

    /// <summary>Whether one that grows from that step on does not yet.</summary>
    public bool Covers(long growsFrom) => growsFrom > _step;

    /// <summary>A sequence of that length with room for <paramref name="covered"/> tokens more joins. Returns the step from which
    /// it grows.</summary>
    public long Join(int tokens, long covered)
    {
        int sequenceClass = growth.ClassOf(tokens);
        if (covered > 0)
        {
            _waiting.Enqueue(sequenceClass, _step + covered);
            Count++;
        }
        else
        {
            growth.Join(sequenceClass);
        }
        return _step + covered;
    }

    /// <param name="growsFrom">What <see cref="Join"/> has returned.</param>
    /// <param name="tokens">Its length now.</param>
    public void Leave(long growsFrom, int tokens)
    {
        int sequenceClass = growth.ClassOf(tokens);
        if (growsFrom <= _step)
        {
            growth.Leave(sequenceClass);
            return;
        }
        (long, int) key = (growsFrom, sequenceClass);
        _gone[key] = _gone.GetValueOrDefault(key) + 1;
        Count--;
    }

    /// <summary>The batch has done so many steps, its growth included.</summary>
    public void Advance(long steps)
    {
        _step += steps;
        while (_waiting.TryPeek(out int sequenceClass, out long from) && from <= _step)
        {
            _waiting.Dequeue();
            if (Forget((from, sequenceClass)))
                continue;
            growth.Join(sequenceClass);
            Count--;
        }
    }

    /// <summary>Whether one of those has left; it is then no longer remembered.</summary>
    private bool Forget((long, int) key)
    {
        if (!_gone.TryGetValue(key, out int gone))
            return false;
        if (gone == 1)
            _gone.Remove(key);
        else
            _gone[key] = gone - 1;
        return true;
    }
}
