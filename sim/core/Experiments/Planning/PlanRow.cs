using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Metrics.Summaries;

namespace ELLM.Sim.Experiments.Planning;

/// <summary>One kind of deployment with the fewest replicas that meet the objectives; or the reason why it is left out.</summary>
/// <param name="Config">Its configuration, replicas included.</param>
public sealed record PlanRow(RunLabel Label, RunConfig Config)
{
    public int Replicas => Config.Engine.Replicas;

    public int Gpus => Config.Tp * Config.Pp * Replicas;

    /// <summary>The last replay at the planned rate, of a solution the one that confirmed it; null when left out before any.</summary>
    public LoadPoint? Load { get; init; }

    /// <summary>Traces drawn from the workload on which the solution meets the target too; null when left out.</summary>
    public int? DrawsMet { get; init; }

    /// <summary>US dollars an hour for one GPU; null when unknown.</summary>
    public double? PriceUsdPerHour { get; init; }

    /// <summary>Null when the row is a solution.</summary>
    public string? Reason { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public double? UsdPerHour => Reason is null ? PriceUsdPerHour * Gpus : null;

    /// <summary>Rented all the time, for the tokens that were served at the planned rate.</summary>
    public double? UsdPerMillionTokens => Load is { OutputTokensPerS: > 0 } load ? UsdPerHour / 3600 / load.OutputTokensPerS * 1e6 : null;
}
