using ELLM.Sim.Memory;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Serving;

/// <summary>The batch being formed at a boundary: the next iteration's prompt chunks, and what this round of decisions has done.</summary>
/// <remarks>
/// A round begins with <see cref="Begin"/> and ends when the scheduler says Run or Idle; the chunks stay until the iteration has
/// computed them. Prompts that take several iterations stay here between rounds, in order of arrival.
/// </remarks>
/// <param name="scheduler">Named when its decision cannot be carried out.</param>
internal sealed class FormingBatch(RunningSequences running, IScheduler scheduler)
{
    /// <summary>Sequences whose prompt is not computed to its end, earliest first.</summary>
    private readonly List<int> _unfinished = [];
    private readonly List<int> _slots = [];
    private PrefillChunk[] _chunks = new PrefillChunk[16];

    /// <summary>Unfinished prompts before this index have their chunk.</summary>
    private int _nextUnfinished;

    /// <summary>The instant of the boundary.</summary>
    public long NowPs { get; private set; }

    /// <summary>Prefill tokens of the chunks.</summary>
    public int Tokens { get; private set; }

    public int Admitted { get; private set; }

    public int Preempted { get; private set; }

    public int Resumed { get; private set; }

    /// <summary>Sequences whose chunk is the last of their prompt.</summary>
    public int Samples { get; private set; }

    /// <summary>Sequences with a chunk.</summary>
    public int Count => _slots.Count;

    public ReadOnlySpan<PrefillChunk> Chunks => _chunks.AsSpan(0, _slots.Count);

    /// <summary>The sequence of chunk <paramref name="i"/>.</summary>
    public int SlotAt(int i) => _slots[i];

    /// <summary>The first unfinished prompt without a chunk in this round; -1 when each has one.</summary>
    public int NextUnfinished => _nextUnfinished < _unfinished.Count ? _unfinished[_nextUnfinished] : -1;

    /// <summary>A new round.</summary>
    public void Begin(long nowPs)
    {
        NowPs = nowPs;
        Tokens = Samples = Admitted = Preempted = Resumed = 0;
        _nextUnfinished = 0;
        _slots.Clear();
    }

    /// <summary>The iteration as formed so far with more prefill tokens.</summary>
    /// <param name="withDecodes">The present decodes take part.</param>
    public IterationLoad Load(bool withDecodes, int moreTokens)
    {
        int decodes = withDecodes ? running.Decodes.Count : 0;
        return new IterationLoad(withDecodes, Tokens + moreTokens + decodes) { Sequences = Samples + decodes + (moreTokens > 0 ? 1 : 0) };
    }

    /// <summary>A sequence is admitted with the first tokens of its prompt.</summary>
    public void Admit(int slot, int tokens)
    {
        Admitted++;
        AddChunk(slot, tokens);
        if (tokens < running.Table[slot].PrefillTokens)
            _unfinished.Insert(_nextUnfinished++, slot);
    }

    /// <summary>The next unfinished prompt gets its chunk.</summary>
    public void Continue(int tokens) => AddChunk(_unfinished[_nextUnfinished++], tokens);

    /// <summary>A sequence loses its place.</summary>
    public void Preempt(int slot)
    {
        if (_slots.Contains(slot))
            throw new InvalidOperationException($"{scheduler.GetType().Name} preempts a sequence it has just scheduled");
        Preempted++;
        Forget(slot);
    }

    public void Resume() => Resumed++;

    /// <summary>A prompt is computed to its end, or lost.</summary>
    public void Forget(int slot)
    {
        if (_unfinished.Count > 0)
            _unfinished.Remove(slot);
    }

    /// <summary>The chunks so far and one more, which stays a question.</summary>
    public ReadOnlySpan<PrefillChunk> With(in PrefillChunk chunk)
    {
        Reserve();
        _chunks[_slots.Count] = chunk;
        return _chunks.AsSpan(0, _slots.Count + 1);
    }

    private void AddChunk(int slot, int tokens)
    {
        ref Sequence sequence = ref running.Table[slot];
        int left = sequence.PrefillTokens - sequence.PrefillDone;
        if (tokens < 1 || tokens > left)
        {
            throw new InvalidOperationException(
                $"{scheduler.GetType().Name} wants {tokens} prefill tokens of a sequence with {left} left");
        }
        Reserve();
        _chunks[_slots.Count] = new PrefillChunk(tokens, sequence.PrefillDone, tokens == left);
        _slots.Add(slot);
        Tokens += tokens;
        Samples += tokens == left ? 1 : 0;
    }

    private void Reserve()
    {
        if (_slots.Count == _chunks.Length)
            Array.Resize(ref _chunks, _chunks.Length * 2);
    }
}
