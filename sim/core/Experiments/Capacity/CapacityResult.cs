using ELLM.Sim.Configuration;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Summaries;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>The capacity of one deployment under one workload; or the reason why it has none.</summary>
/// <param name="Label">Trace, policy, model, GPU.</param>
/// <param name="Config">The resolved configuration.</param>
/// <param name="Goal">What was asked of it.</param>
public sealed record CapacityResult(RunLabel Label, RunConfig Config, CapacityGoal Goal)
{
    /// <summary>GPUs of the deployment: ranks times pipeline stages times replicas.</summary>
    public int Gpus => Config.Tp * Config.Pp * Config.Engine.Replicas;

    public SloTargets Slo { get; init; }

    /// <summary>Requests of the workload.</summary>
    public int TraceRequests { get; init; }

    /// <summary>Consecutive requests that stay together where the trace is extended or drawn from; null for finite runs.</summary>
    public int? BlockRequests { get; init; }

    /// <summary>US dollars an hour for one GPU; null when unknown.</summary>
    public double? PriceUsdPerHour { get; init; }

    /// <summary>Null when the deployment could not start.</summary>
    public CapacityBracket? Bracket { get; init; }

    /// <summary>Why there is no capacity, or none that the requests can tell; null when there is one.</summary>
    public string? Reason { get; init; }

    /// <summary>What kind of answer this is.</summary>
    public string Answer => At is null ? "none" : Goal.Finite ? "finite" : Bracket!.TooShort ? "too short" : "steady";

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The deployment at its capacity; null when no rate meets the target, or none misses it.</summary>
    public LoadPoint? At => Bracket?.Next is null ? null : Bracket.Highest;

    /// <summary>The highest rate that meets the target, requests per second.</summary>
    public double? CapacityPerS => At?.RatePerS;

    /// <summary>Requests served per second that met the objectives at that rate.</summary>
    public double? GoodputPerS => At?.GoodputPerS;

    public double? GoodputPerGpuPerS => GoodputPerS / Gpus;

    /// <summary>Requests that meet the objectives for each US dollar.</summary>
    public double? GoodputPerUsd => GoodputPerS * 3600 / (PriceUsdPerHour * Gpus);

    /// <summary>US dollars for a million output tokens at that rate.</summary>
    public double? UsdPerMillionTokens =>
        At is { OutputTokensPerS: > 0 } at ? PriceUsdPerHour * Gpus / 3600 / at.OutputTokensPerS * 1e6 : null;

    /// <summary>What is missed first beyond the capacity.</summary>
    public string? Limit => Bracket?.Next?.Limit;
}
