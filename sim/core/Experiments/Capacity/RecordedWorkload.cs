using System.Collections.Concurrent;
using ELLM.Sim.Numerics;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>A trace that was recorded once. The first draw is the recording; others are block bootstraps of it.</summary>
/// <remarks>Rates come from stretching all gaps alike, as <c>--rate</c> does: draw 0 is what a replay at that rate reads.</remarks>
public sealed class RecordedWorkload : IWorkload
{
    private readonly ulong _seed;
    private readonly ConcurrentDictionary<int, Trace> _draws = [];

    /// <exception cref="InputException">The trace has no rate to change.</exception>
    public RecordedWorkload(Trace trace, ulong seed)
    {
        if (trace.ClosedLoop is not null)
            throw new InputException($"{trace.Name}: a closed loop has no rate: completions make the arrivals");
        OriginalRatePerS = TraceRate.Of(trace)
            ?? throw new InputException($"{trace.Name}: every request has the same time, so the rate cannot be changed");
        Original = trace;
        _seed = seed;
    }

    public string Name => Original.Name;

    public int Count => Original.Count;

    public Trace Original { get; }

    public double OriginalRatePerS { get; }

    public string Draws => "the trace itself, then block bootstraps of it";

    public Trace At(double ratePerS, int draw) =>
        TraceRate.Rescale(draw == 0 ? Original : _draws.GetOrAdd(draw, Resample), ratePerS);

    private Trace Resample(int draw) => BlockBootstrap.Resample(Original, RandomStream.SeedOf(_seed, (ulong)draw));
}
