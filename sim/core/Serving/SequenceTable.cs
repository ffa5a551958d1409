using System.Runtime.CompilerServices;
using ELLM.Sim.Memory;

namespace ELLM.Sim.Serving;

/// <summary>Where an admitted sequence is in its life.</summary>
/// <remarks>The states and what leads from one to the next: <see cref="RequestLifecycle"/>, which alone changes them.</remarks>
public enum SequencePhase : byte
{
    Prefilling,
    Decoding,
    Parked,

    /// <summary>On its way back from the host: memory is taken, the copy is under way.</summary>
    Fetching,

    /// <summary>Finished, its memory held until its whole batch is (request-level batches only).</summary>
    Held,
}

/// <summary>An admitted request while it holds memory.</summary>
public struct Sequence
{
    public int Request;

    /// <summary>Tokens to prefill: the prompt, and what was generated before a preemption.</summary>
    public int PrefillTokens;

    public int PrefillDone;

    /// <summary>Output tokens emitted when the present decode phase began (or so far, while not decoding).</summary>
    public int Emitted;

    public int OutputTokens;

    /// <summary>Decode-step index at which the present decode phase began.</summary>
    public long DecodeStart;

    /// <summary>When the token before the first one of the present decode phase was emitted.</summary>
    public long LastTokenPs;

    public KvGrant Grant;
    public SequencePhase Phase;

    /// <summary>Goes up whenever the sequence stops decoding, so that queued completions of an earlier phase are known as stale.</summary>
    public int Version;

    internal int Previous;
    internal int Next;

    /// <summary>Tokens in the KV cache at decode step <paramref name="step"/>.</summary>
    public readonly int KvTokens(long step) =>
        Phase == SequencePhase.Decoding ? PrefillTokens + (int)(step - DecodeStart) : PrefillDone;
}

/// <summary>Admitted sequences in reusable slots, with the running ones linked in arrival order.</summary>
/// <remarks>Insertion walks back from the tail: first-come-first-served policies always append, in O(1).</remarks>
/// <param name="order">In which the requests arrived.</param>
public sealed class SequenceTable(ArrivalOrder order = default)
{
    private Sequence[] _slots = new Sequence[64];
    private int[] _freeSlots = new int[64];
    private int _free;
    private int _used;

    /// <summary>First running sequence in arrival order, or -1.</summary>
    public int First { get; private set; } = -1;

    /// <summary>Latest-arrived running sequence, or -1.</summary>
    public int Last { get; private set; } = -1;

    public int RunningCount { get; private set; }

    public ref Sequence this[int slot] => ref _slots[slot];

    public int NextOf(int slot) => _slots[slot].Next;

    public int PreviousOf(int slot) => _slots[slot].Previous;

    /// <summary>Takes a slot. Its version survives from earlier owners; everything else is blank.</summary>
    // Inlined: once a span or a request, a frame of its own costs as much as its work.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Open(int request)
    {
        int slot;
        if (_free > 0)
        {
            slot = _freeSlots[--_free];
        }
        else
        {
            if (_used == _slots.Length)
                Array.Resize(ref _slots, _used * 2);
            slot = _used++;
        }
        int version = _slots[slot].Version;
        _slots[slot] = new Sequence { Request = request, Version = version };
        return slot;
    }

    public void Close(int slot)
    {
        if (_free == _freeSlots.Length)
            Array.Resize(ref _freeSlots, _free * 2);
        _freeSlots[_free++] = slot;
    }

    /// <summary>Links a sequence into the running list by the arrival order of its request.</summary>
    public void Link(int slot)
    {
        int rank = order.Of(_slots[slot].Request);
        int before = Last;
        while (before >= 0 && order.Of(_slots[before].Request) > rank)
            before = _slots[before].Previous;
        int after = before >= 0 ? _slots[before].Next : First;
        _slots[slot].Previous = before;
        _slots[slot].Next = after;
        if (before >= 0)
            _slots[before].Next = slot;
        else
            First = slot;
        if (after >= 0)
            _slots[after].Previous = slot;
        else
            Last = slot;
        RunningCount++;
    }

    public void Unlink(int slot)
    {
        int before = _slots[slot].Previous;
        int after = _slots[slot].Next;
        if (before >= 0)
            _slots[before].Next = after;
        else
            First = after;
        if (after >= 0)
            _slots[after].Previous = before;
        else
            Last = before;
        RunningCount--;
    }
}
