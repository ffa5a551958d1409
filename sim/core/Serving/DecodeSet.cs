namespace ELLM.Sim.Serving;

/// <summary>The decoding sequences as aggregates: an iteration costs the same whatever their number.</summary>
/// <remarks>
/// All of them take part in every decode step, so a sequence's length is its length at joining plus the steps since, its last
/// step is known when it joins, and whoever is longest stays longest until it leaves.
/// </remarks>
public sealed class DecodeSet
{
    private readonly PriorityQueue<(int Slot, int Version), (long LastStep, int Request)> _completions = new();
    private readonly PriorityQueue<(int Slot, int Version), long> _longest = new();
    private readonly SequenceTable _sequences;

    public DecodeSet(SequenceTable sequences) => _sequences = sequences;

    public int Count { get; private set; }

    /// <summary>Decode steps done since the start of the run.</summary>
    public long Step { get; private set; }

    /// <summary>Sum of the KV lengths in tokens.</summary>
    public long KvTokens { get; private set; }

    /// <summary>The largest KV length in tokens; 0 when nobody decodes.</summary>
    public long LongestKv
    {
        get
        {
            while (_longest.TryPeek(out (int Slot, int Version) top, out long negatedKey))
            {
                if (_sequences[top.Slot].Version == top.Version)
                    return Step - negatedKey;
                _longest.Dequeue();
            }
            return 0;
        }
    }

    /// <summary>Steps until the next sequence emits its last token.</summary>
    public long StepsToCompletion
    {
        get
        {
            while (_completions.TryPeek(out (int Slot, int Version) top, out (long LastStep, int Request) key))
            {
                if (_sequences[top.Slot].Version == top.Version)
                    return key.LastStep - Step;
                _completions.Dequeue();
            }
            throw new InvalidOperationException("nothing decodes");
        }
    }

    /// <summary>A prefilled sequence with tokens left to emit starts decoding with the next step.</summary>
    public void Join(int slot, long nowPs)
    {
        ref Sequence sequence = ref _sequences[slot];
        sequence.Phase = SequencePhase.Decoding;
        sequence.DecodeStart = Step;
        sequence.LastTokenPs = nowPs;
        Count++;
        KvTokens += sequence.PrefillTokens;
        _completions.Enqueue((slot, sequence.Version), (Step + sequence.OutputTokens - sequence.Emitted, sequence.Request));
        _longest.Enqueue((slot, sequence.Version), Step - sequence.PrefillTokens);
    }

    /// <summary>A sequence stops decoding: it has finished, or lost its place. Its lengths are brought up to date.</summary>
    public void Leave(int slot)
    {
        ref Sequence sequence = ref _sequences[slot];
        int steps = (int)(Step - sequence.DecodeStart);
        sequence.Emitted += steps;
        sequence.PrefillTokens += steps;
        sequence.PrefillDone = sequence.PrefillTokens;
        sequence.Version++;
        Count--;
        KvTokens -= sequence.PrefillTokens;
    }

    public void Advance(long steps)
    {
        Step += steps;
        KvTokens += steps * Count;
    }

    /// <summary>The next sequence, in arrival order, that has emitted its last token; -1 when there is none.</summary>
    public int Completed()
    {
        while (_completions.TryPeek(out (int Slot, int Version) top, out (long LastStep, int Request) key))
        {
            bool current = _sequences[top.Slot].Version == top.Version;
            if (current && key.LastStep > Step)
                return -1;
            _completions.Dequeue();
            if (current)
                return top.Slot;
        }
        return -1;
    }
}
