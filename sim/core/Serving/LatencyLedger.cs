using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ELLM.Sim.Serving;

/// <summary>Where a request's end-to-end time went, in picoseconds. The terms do not overlap and leave nothing out.</summary>
/// <remarks>
/// A term is declared here and nowhere else: a field whose attribute says what it counts. Columns, tables, figures and
/// <see cref="Total"/> take the fields in this order (<see cref="LedgerTerms"/>); the life cycle says when the term runs.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public struct LatencyLedger
{
    [LedgerTerm("waiting while the head of the queue did not fit into KV memory")]
    public long QueueMemory;

    [LedgerTerm("waiting for an iteration to end, a token budget or a place in the batch")]
    public long QueueCompute;

    [LedgerTerm("from the first scheduled iteration to the first output token, stalls excepted")]
    public long Prefill;

    [LedgerTerm("iterations that produced its tokens, as long as they would have been with decodes alone")]
    public long Decode;

    /// <summary>Whole prefill-only iterations, and in mixed ones the excess over the decode-only time.</summary>
    [LedgerTerm("what prefills of others cost it while decoding")]
    public long PrefillInterference;

    [LedgerTerm("KV in host memory, or on its way back beside running iterations; not running")]
    public long Parked;

    [LedgerTerm("iteration time that waited for GPU memory to be mapped")]
    public long MapStall;

    [LedgerTerm("iteration time that waited for KV to move over the host link")]
    public long TransferStall;

    [LedgerTerm("the engine could run but a batch of another engine, or of another virtual engine, had the GPU")]
    public long GpuWait;

    [LedgerTerm("waiting again after losing its KV to a preemption")]
    public long Preempted;

    [LedgerTerm("prefilling again what a preemption had thrown away")]
    public long Recompute;

    public static int Count => Unsafe.SizeOf<LatencyLedger>() / sizeof(long);

    /// <summary>Picoseconds of a term by its place among <see cref="LedgerTerms.All"/>.</summary>
    public readonly long this[int term] => Terms[term];

    public readonly long Total
    {
        get
        {
            long sum = 0;
            foreach (long term in Terms)
                sum += term;
            return sum;
        }
    }

    [UnscopedRef]
    private readonly ReadOnlySpan<long> Terms => MemoryMarshal.CreateReadOnlySpan(in QueueMemory, Count);
}

/// <summary>What a field of <see cref="LatencyLedger"/> counts, as documentation of results says it.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class LedgerTermAttribute(string counts) : Attribute
{
    public string Counts { get; } = counts;
}
