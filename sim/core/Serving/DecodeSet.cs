namespace ELLM.Sim.Serving;

/// <summary>The decoding sequences as aggregates: an iteration costs the same whatever their number.</summary>
/// <remarks>
/// All of them take part in every decode step, so a sequence's length is its length at joining plus the steps since, and its last
/// step is known when it joins. <see cref="CompletionWheel"/> keeps who finishes when, <see cref="LongestContenders"/> who is longest.
/// </remarks>
public sealed class DecodeSet
{
    private readonly SequenceTable _sequences;
    private readonly CompletionWheel _wheel = new();
    private readonly LongestContenders _longest = new();

    /// <summary>Sequences with more tokens left than the wheel has steps, until they finish. Those that left are known by their
    /// version.</summary>
    private readonly PriorityQueue<(int Slot, int Version), (long LastStep, int Request)> _beyond = new();

    /// <summary>Empty but while the contenders are found anew.</summary>
    private readonly List<int> _slots = [];

    public DecodeSet(SequenceTable sequences) => _sequences = sequences;

    public int Count { get; private set; }

    /// <summary>Decode steps done since the start of the run.</summary>
    public long Step { get; private set; }

    /// <summary>Sum of the KV lengths in tokens.</summary>
    public long KvTokens { get; private set; }

    /// <summary>The largest KV length in tokens, once those that have emitted their last token have left; 0 when none decodes.</summary>
    public long LongestKv
    {
        get
        {
            if (_longest.Stale)
                FindContenders();
            return _longest.IsEmpty ? 0 : Step + _longest.LongestKey;
        }
    }

    /// <summary>Steps until the next sequence emits its last token.</summary>
    public long StepsToCompletion
    {
        get
        {
            long steps = _wheel.IsEmpty ? long.MaxValue : _wheel.StepsToNext(Step);
            if (_beyond.Count > 0 && PeekBeyond(out _, out (long LastStep, int Request) key))
                steps = Math.Min(steps, key.LastStep - Step);
            return steps < long.MaxValue ? steps : throw new InvalidOperationException("nothing decodes");
        }
    }

    /// <summary>A prefilled sequence with tokens left to emit starts decoding with the next step.</summary>
    public void Join(int slot, long nowPs)
    {
        ref Sequence sequence = ref _sequences[slot];
        sequence.DecodeStart = Step;
        sequence.LastTokenPs = nowPs;
        Count++;
        KvTokens += sequence.PrefillTokens;
        long lastStep = LastStep(sequence);
        if (lastStep - Step < CompletionWheel.Steps)
            _wheel.Add(slot, sequence.Request, lastStep);
        else
            _beyond.Enqueue((slot, sequence.Version), (lastStep, sequence.Request));
        _longest.Join(slot, sequence.PrefillTokens - Step, lastStep);
    }

    /// <summary>A sequence stops decoding: it has finished, or lost its place. Its lengths are brought up to date.</summary>
    public void Leave(int slot)
    {
        ref Sequence sequence = ref _sequences[slot];
        long lastStep = LastStep(sequence);
        if (lastStep - sequence.DecodeStart < CompletionWheel.Steps)
            _wheel.Remove(slot, lastStep);
        _longest.Leave(slot, lastStep == Step);
        int steps = (int)(Step - sequence.DecodeStart);
        sequence.Emitted += steps;
        sequence.PrefillTokens += steps;
        sequence.PrefillDone = sequence.PrefillTokens;
        sequence.Version++;
        Count--;
        KvTokens -= sequence.PrefillTokens;
    }

    /// <summary>Every sequence does as many decode steps; none of them has its last token before the end.</summary>
    public void Advance(long steps)
    {
        Step += steps;
        KvTokens += steps * Count;
    }

    /// <summary>The next sequence, in arrival order, that has emitted its last token and has not left; -1 when there is none.</summary>
    public int Completed()
    {
        int slot = _wheel.At(Step);
        if (_beyond.Count > 0 && PeekBeyond(out int other, out (long LastStep, int Request) key) && key.LastStep == Step)
            return slot < 0 || key.Request < _sequences[slot].Request ? other : slot;
        return slot;
    }

    private static long LastStep(in Sequence sequence) => sequence.DecodeStart + sequence.OutputTokens - sequence.Emitted;

    private bool PeekBeyond(out int slot, out (long LastStep, int Request) key)
    {
        while (_beyond.TryPeek(out (int Slot, int Version) top, out key))
        {
            slot = top.Slot;
            if (_sequences[slot].Version == top.Version)
                return true;
            _beyond.Dequeue();
        }
        slot = -1;
        return false;
    }

    private void FindContenders()
    {
        _longest.Clear();
        _wheel.CopyTo(_slots);
        foreach (((int slot, int version), _) in _beyond.UnorderedItems)
        {
            if (_sequences[slot].Version == version)
                _slots.Add(slot);
        }
        foreach (int slot in _slots)
        {
            ref Sequence sequence = ref _sequences[slot];
            _longest.Join(slot, sequence.PrefillTokens - sequence.DecodeStart, LastStep(sequence));
        }
        _slots.Clear();
    }
}
