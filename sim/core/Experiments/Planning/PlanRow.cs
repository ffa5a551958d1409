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

    /// <summary>Means over the draws at the planned rate; null when left out before any run.</summary>
    public LoadPoint? Load { get; init; }

    /// <summary>US dollars an hour for one GPU; null when unknown.</summary>
    public double? PriceUsdPerHour { get; init; }

    /// <summary>Null when the row is a solution.</summary>
    public string? Reason { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public double? UsdPerHour => Reason is null ? PriceUsdPerHour * Gpus : null;

    /// <summary>Rented all the time, for the tokens of the planned rate.</summary>
    public double? UsdPerMillionTokens => Load is { TokensPerRequest: > 0 } load ? UsdPerHour / 3600 / (load.RatePerS * load.TokensPerRequest) * 1e6 : null;
}
