using ELLM.Sim.Memory;
using ELLM.Sim.Time;

namespace ELLM.Sim.Serving;

/// <summary>Watches a run. Serving declares it, Metrics implements it; a run without an observer pays nothing.</summary>
/// <remarks>Calls come in simulation order for each replica.</remarks>
public interface IServingObserver
{
    /// <summary>The next instant a <see cref="Sample"/> is wanted; it is taken at the first iteration boundary at or after it.</summary>
    long NextSamplePs { get; }

    /// <summary>The state at an iteration boundary, after scheduling and mapping: the span that begins now, cut to no length yet.</summary>
    void Sample(in ReplicaSample sample);

    /// <summary>A span ended.</summary>
    void Span(in IterationSpan span);

    /// <summary>Inter-token gaps: so many tokens came <paramref name="gapPs"/> after their sequence's previous one.</summary>
    void Gaps(long gapPs, long tokens);

    /// <summary>Gaps inside a span, of as many tokens in each step.</summary>
    /// <param name="firstPs">Of the first step; each further one is <paramref name="growthPs"/> longer than the one before.</param>
    void GapSeries(long firstPs, long growthPs, long steps, long tokens);

    /// <summary>A request ended, finished or rejected; its record is complete.</summary>
    void Ended(int request, in RequestRecord record);

    /// <summary>An observer of one replica that runs apart from the others, until <see cref="Join"/> has put all of them together; null
    /// where one observer must see the replicas' calls in one order.</summary>
    IServingObserver? Apart() => null;

    /// <summary>All replicas that ran apart have ended: this observer is as if it had seen them itself.</summary>
    void Join(IReadOnlyList<IServingObserver> parts)
    {
    }
}

/// <summary>One row of a timeline.</summary>
public readonly record struct ReplicaSample(
    int Replica,
    long TimePs,
    int Waiting,
    int Running,
    int Parked,
    int PrefillTokens,
    long LiveTokens,
    long AllocatedTokens,
    long CapacityTokens,
    long HostKvTokens)
{
    /// <summary>The event at which it was taken: of two replicas' boundaries of one instant, the earlier kind came first.</summary>
    public SimEventKind Cause { get; init; }

    /// <summary>Tokens computed by the iteration that begins, decodes included; 0 when none does.</summary>
    public int IterationTokens { get; init; }

    /// <summary>Chunks of a layout that maps on demand; null for others.</summary>
    public MappedMemory? Mapped { get; init; }

    /// <summary>Tokens of cached prefixes that no request holds.</summary>
    public long IdlePrefixTokens { get; init; }

    /// <summary>Tokens that several requests share, once for each beyond the first.</summary>
    public long SharedPrefixTokens { get; init; }

    /// <summary>What the CPU buffer may hold, in bytes of one rank; null where no buffer changes its size.</summary>
    public long? BufferBytes { get; init; }
}
