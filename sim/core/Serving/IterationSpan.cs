using ELLM.Sim.Memory;
using ELLM.Sim.Time;

namespace ELLM.Sim.Serving;

/// <summary>One iteration, or a run of decode-only iterations of an unchanged batch that was jumped over at once.</summary>
/// <remarks>
/// Step j of the span (from 0) takes <see cref="Durations"/>.At(j) picoseconds and ends with <see cref="LiveTokens"/> +
/// j * <see cref="DecodeSequences"/> tokens in the KV cache. A span with prefill tokens has one step.
/// Splitting a span at a step boundary describes the same run: nothing computed from spans may depend on where they are cut.
/// </remarks>
public struct IterationSpan
{
    public int Replica;
    public long StartPs;
    public long EndPs;
    public long Steps;

    /// <summary>Durations of the steps, stalls left out.</summary>
    public StepSeries Durations;

    /// <summary>Before its first step computes: stalls that no overlap hid (mapping, transfers), and waiting for a GPU.</summary>
    public long StallPs;

    /// <summary>The part of <see cref="StallPs"/> that waited for GPU memory to be mapped.</summary>
    public long MapStallPs;

    public int PrefillTokens;
    public int PrefillSequences;
    public int DecodeSequences;

    /// <summary>Sum of the decoding sequences' KV lengths in the first step, the token being processed included.</summary>
    public long ContextTokens;

    /// <summary>Tokens held in the KV cache at the end of the first step.</summary>
    public long LiveTokens;

    /// <summary>Requests in the queue when the span began; arrivals during it count from the next one on.</summary>
    public int Waiting;

    /// <summary>The head of the queue does not fit into KV memory.</summary>
    public bool MemoryBlocked;

    public KvSpan Kv;
}
