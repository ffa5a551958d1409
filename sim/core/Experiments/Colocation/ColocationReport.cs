using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Experiments.Colocation;

/// <summary>What a sharing policy did to every model and to all of them.</summary>
/// <param name="Total">All requests; attainment is of each under its own model's objectives.</param>
/// <param name="Engines">One a model, in the order of the map.</param>
public sealed record ColocationReport(string Policy, Summary Total, IReadOnlyList<EngineReport> Engines)
{
    /// <summary>Null when only summaries were kept.</summary>
    public RunOutcome? Outcome { get; init; }

    public double HeldMeanBytes => Engines.Sum(e => e.HeldMeanBytes);

    public double LiveMeanBytes => Engines.Sum(e => e.LiveMeanBytes);

    public long MappedPages => Engines.Sum(e => e.MappedPages);

    public long UnmappedPages => Engines.Sum(e => e.UnmappedPages);

    public long MapStallPs => Engines.Sum(e => e.MapStallPs);
}

/// <summary>One model under one policy.</summary>
/// <param name="Id">What the trace calls it.</param>
/// <param name="HeldMeanBytes">KV memory it kept from the others, mean over the run: its share, or its mapped pages.</param>
/// <param name="HeldPeakBytes">The most it held.</param>
/// <param name="LiveMeanBytes">Tokens in its KV cache, mean over the run, the time of map stalls left out.</param>
public sealed record EngineReport(
    string Id, int Gpu, Summary Summary, double HeldMeanBytes, long HeldPeakBytes, double LiveMeanBytes, Timeline Timeline)
{
    /// <summary>Page ids mapped, those of the start included.</summary>
    public long MappedPages { get; init; }

    public long UnmappedPages { get; init; }

    /// <summary>Time its iterations waited for memory calls.</summary>
    public long MapStallPs { get; init; }
}
