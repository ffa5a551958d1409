using System.Runtime.CompilerServices;
using ELLM.Sim.Memory;
using ELLM.Sim.Memory.Prefixes;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Serving;

/// <summary>The sequences that hold KV on the GPU: slots by arrival, the decoding ones as aggregates, memory and its tokens.</summary>
/// <remarks>
/// For one sequence: <see cref="Take"/> and <see cref="Link"/>, <see cref="Extend"/> and <see cref="Computed"/> chunk by chunk,
/// <see cref="StartDecoding"/>, <see cref="Advance"/>, <see cref="StopDecoding"/>, then <see cref="Evict"/> or <see cref="Close"/>.
/// What each means for its request is the <see cref="RequestLifecycle"/>'s.
/// </remarks>
internal sealed class RunningSequences
{
    /// <summary>Finished sequences that keep their memory until their batch ends.</summary>
    private readonly List<int> _held = [];

    public RunningSequences(IKvMemory memory, ArrivalOrder order = default)
    {
        Memory = memory;
        Prefixes = memory.Prefixes;
        Table = new SequenceTable(order);
        Decodes = new DecodeSet(Table);
    }

    public SequenceTable Table { get; }

    public DecodeSet Decodes { get; }

    public LastTokens LastTokens { get; } = new();

    public IKvMemory Memory { get; }

    /// <summary>Prefixes that stay in memory; null: none do.</summary>
    public PrefixCache? Prefixes { get; }

    /// <summary>Tokens in GPU memory, those of layers on the host left out.</summary>
    public long LiveTokens { get; private set; }

    public int Count => Table.RunningCount;

    /// <summary>The largest <see cref="Count"/> so far.</summary>
    public int Most { get; private set; }

    public IReadOnlyList<int> Held => _held;

    public int HeldCount => _held.Count;

    /// <summary>Tokens by which the latest running sequence grows, or -1 when it does not.</summary>
    public int LastKvTokens
    {
        get
        {
            if (Table.Last < 0)
                return -1;
            ref Sequence last = ref Table[Table.Last];
            return last.Phase == SequencePhase.Decoding ? Memory.GrowingTokens(last.Grant, last.KvTokens(Decodes.Step)) : -1;
        }
    }

    /// <summary>The decoding sequences in their next step, the tokens it processes included.</summary>
    public DecodeBatch NextStep => new(Decodes.Count, Decodes.KvTokens + Decodes.Count, Decodes.LongestKv + 1);

    /// <summary>A sequence gets GPU memory.</summary>
    public void Take(int slot, in KvDemand demand, in IterationLoad load) => Memory.Admit(ref Table[slot].Grant, demand, load);

    /// <summary>The iteration being formed computes tokens of its prompt: what it fills can be found from now on.</summary>
    public void Schedule(int slot, int tokens) =>
        Prefixes?.Enter(Table[slot].Grant.Prefix, Table[slot].PrefillDone + tokens);

    /// <summary>It takes its place among the running ones.</summary>
    public void Link(int slot)
    {
        Table.Link(slot);
        Most = Math.Max(Most, Table.RunningCount);
    }

    public void Extend(int slot, int holdTokens) => Memory.Extend(ref Table[slot].Grant, holdTokens);

    /// <summary>Tokens were computed, or have come back from the host.</summary>
    public void Computed(int tokens) => LiveTokens += tokens;

    // Inlined: once a span or a request, a frame of its own costs as much as its work.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StartDecoding(int slot, long lastTokenPs)
    {
        ref Sequence sequence = ref Table[slot];
        Memory.Join(ref sequence.Grant, sequence.PrefillTokens);
        Decodes.Join(slot, lastTokenPs);
        LastTokens.Join(lastTokenPs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StopDecoding(int slot)
    {
        ref Sequence sequence = ref Table[slot];
        LastTokens.Leave(ref sequence, Decodes.Step);
        Decodes.Leave(slot);
        Memory.Leave(ref sequence.Grant, sequence.PrefillTokens);
    }

    /// <summary>Steps of the present decodes have ended.</summary>
    public void Advance(long steps, long nowPs)
    {
        LiveTokens += steps * Decodes.Count;
        Decodes.Advance(steps);
        LastTokens.StepsEnded(nowPs);
    }

    /// <summary>A running sequence loses its memory and its place.</summary>
    /// <param name="grownTokens">What it has grown to while decoding; 0 when it never did.</param>
    public void Evict(int slot, int liveTokens, int grownTokens)
    {
        Memory.Evict(ref Table[slot].Grant, grownTokens);
        LiveTokens -= liveTokens;
        Table.Unlink(slot);
    }

    /// <summary>A prompt that streamed to the host leaves, and keeps the layers that did not go there.</summary>
    public void Leave(int slot, in KvDemand kept, in IterationLoad load)
    {
        ref Sequence sequence = ref Table[slot];
        Memory.Release(ref sequence.Grant, 0);
        if (kept.KeptLayers > 0)
            Memory.Admit(ref sequence.Grant, kept, load);
        Table.Unlink(slot);
    }

    /// <summary>A finished sequence gives its memory and its slot back.</summary>
    /// <inheritdoc cref="Evict"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Close(int slot, int liveTokens, int grownTokens)
    {
        Table.Unlink(slot);
        LiveTokens -= liveTokens;
        Memory.Release(ref Table[slot].Grant, grownTokens);
        Table.Close(slot);
    }

    /// <summary>A finished sequence keeps its memory until <see cref="ReleaseHeld"/>.</summary>
    public void Hold(int slot, int liveTokens)
    {
        Table.Unlink(slot);
        LiveTokens -= liveTokens;
        _held.Add(slot);
    }

    /// <summary>Once no sequence runs, those that finished give their memory back.</summary>
    public void ReleaseHeld()
    {
        if (_held.Count == 0 || Table.RunningCount > 0)
            return;
        foreach (int slot in _held)
        {
            Memory.Release(ref Table[slot].Grant, Table[slot].PrefillDone);
            Table.Close(slot);
        }
        _held.Clear();
    }
}
