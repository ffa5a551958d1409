namespace ELLM.Sim.Serving;

/// <summary>Requests that wait for admission: the preempted ones first, earliest arrival in front, then the others as they came.</summary>
public sealed class WaitingQueue
{
    private readonly Stack<int> _preempted = new();
    private readonly Queue<int> _arrived = new();

    public int Count => _preempted.Count + _arrived.Count;

    /// <summary>The request at the head; only valid when there is one.</summary>
    public int Head => _preempted.Count > 0 ? _preempted.Peek() : _arrived.Peek();

    /// <summary>Waits behind all that have arrived.</summary>
    public void Arrive(int request) => _arrived.Enqueue(request);

    /// <summary>Preemption takes the latest arrival first, so pushing keeps the earliest in front.</summary>
    public void PutFirst(int request) => _preempted.Push(request);

    public int Take() => _preempted.Count > 0 ? _preempted.Pop() : _arrived.Dequeue();
}
