namespace ELLM.Sim.Serving;

/// <summary>Requests that wait for admission: the preempted ones first, earliest arrival in front, then the others as they came.</summary>
/// <remarks>A scheduler may set the head aside for the rest of its round, to look at the next; it keeps its place.</remarks>
public sealed class WaitingQueue
{
    private readonly Stack<int> _preempted = new();
    private readonly Queue<int> _arrived = new();
    private readonly Stack<int> _aside = new();

    /// <summary>Preempted in a round that is not over, the latest arrival first.</summary>
    private readonly Queue<int> _nextRound = new();

    /// <summary>Those set aside left out.</summary>
    public int Count => _preempted.Count + _arrived.Count;

    /// <summary>Set aside in this round.</summary>
    public int Aside => _aside.Count;

    /// <summary>The request at the head; only valid when there is one.</summary>
    public int Head => _preempted.Count > 0 ? _preempted.Peek() : _arrived.Peek();

    /// <summary>Waits behind all that have arrived.</summary>
    public void Arrive(int request) => _arrived.Enqueue(request);

    /// <summary>Preemption takes the latest arrival first, so pushing keeps the earliest in front.</summary>
    public void PutFirst(int request)
    {
        TakeBack();
        _preempted.Push(request);
    }

    /// <summary>Waits in front once <see cref="StartRound"/> is called.</summary>
    public void PutFirstNextRound(int request) => _nextRound.Enqueue(request);

    /// <summary>A round is over. Returns whether one that waited for its end is now in front.</summary>
    public bool StartRound()
    {
        bool any = _nextRound.Count > 0;
        while (_nextRound.TryDequeue(out int request))
            PutFirst(request);
        return any;
    }

    public int Take() => _preempted.Count > 0 ? _preempted.Pop() : _arrived.Dequeue();

    public void SetAside() => _aside.Push(Take());

    /// <summary>Those set aside are in front again, as they were.</summary>
    public void TakeBack()
    {
        while (_aside.Count > 0)
            _preempted.Push(_aside.Pop());
    }
}
