using ELLM.Sim.Configuration;
using ELLM.Sim.Memory;
using ELLM.Sim.Memory.Engines;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments;

/// <summary>The live-bytes row of a configuration: what its scheduler would reach if memory had no rules and the host were no distance
/// away.</summary>
/// <remarks>
/// <para>Kept: model, GPU, time model, objectives, engine limits, the scheduler with its own knobs, the speed of the kernels, and
/// the host capacity
/// (<see cref="PolicySpec.SwapGib"/>), whether the policy uses it or not. Replaced: everything that is memory policy, by
/// <see cref="LiveKv"/> and recomputation of the latest arrival when GPU and host are both full.</para>
/// <para>Schedulers that own host logic find no host beside this memory, so nothing is streamed, offloaded or fetched: what they do of
/// it is memory policy. What is left of elastic is prefill-first; of slo-slack, prefill-first within the decodes' TPOT slack. Those
/// that never take memory away, because their systems reserve it whole, meet the same recomputation as the others: reserving is
/// memory policy too. A scheduler that
/// asks for a whole prompt when it computes the first chunk keeps that rule: it is how it forms batches.</para>
/// <para>A strong row and no bound (<see cref="Bounds.LoadBound"/> is one): it has all that memory can do, not what a scheduler can: with more room a prefill-first scheduler admits more, and its
/// decodes wait longer. A policy may therefore meet more objectives than its oracle, and then it has run other batches. With the same
/// batches no request ends later under the oracle; tests hold it to that.</para>
/// </remarks>
public static class Oracle
{
    /// <summary>Name of the preset and of the label of each such run.</summary>
    public const string Name = "live-bytes";

    /// <summary>
    /// Null when the run follows another simulator's rules, whose memory is not ours to replace, and with pipeline stages, where no
    /// virtual engine can own a share of memory that activations of all of them use.
    /// </summary>
    public static RunConfig? Of(RunConfig config)
    {
        if (config.Compat is not null || config.Pp > 1)
            return null;
        PolicySpec policy = config.Policy;
        bool counted = policy.Layout == "paged" && config.Memory.KvBlocks is not null;
        string overflow = SchedulerCatalog.Find(policy.Scheduler).HostOverflow ?? "recompute";
        return config with
        {
            Preset = Name,
            Policy = policy.WithMemory("live", "elastic", overflow),
            Engine = config.Engine with { StrictStart = false, Release = EngineCatalog.FirstAlike(config.Engine.Release) },
            Memory = counted
                ? config.Memory with { KvBlocks = null, KvTokens = config.Memory.KvBlocks * policy.Of<PagedKnobs>().BlockTokens }
                : config.Memory,
        };
    }

    /// <summary>Configurations that are compared, those of the live-bytes preset with at least the host memory of the others.</summary>
    public static IReadOnlyList<RunConfig> WithRoomOfAll(IReadOnlyList<RunConfig> configs)
    {
        double most = configs.Max(c => c.Policy.SwapGib);
        return [.. configs.Select(c => c.Preset == Name ? c with { Policy = c.Policy with { SwapGib = most } } : c)];
    }

    /// <summary>The distinct oracles of some configurations that are not among them already: what a comparison runs in addition.</summary>
    public static IReadOnlyList<RunConfig> Beside(IReadOnlyList<RunConfig> configs) =>
        [.. configs.Select(Of).OfType<RunConfig>().Distinct().Except(configs.Select(Anonymous))];

    /// <summary>Runs the oracle of a configuration alone; null when it has none or that cannot run.</summary>
    public static Summary? Run(RunConfig config, Trace trace, SimulationOptions options)
    {
        try
        {
            return Of(config) is RunConfig oracle
                ? RunReport.Run(oracle, trace, options with { Observer = null, Progress = null }).Summary
                : null;
        }
        catch (InputException)
        {
            return null;
        }
    }

    /// <summary>Which of the runs is the oracle of a configuration; null when it has none or that did not run.</summary>
    public static Summary? Among(IEnumerable<RunReport> runs, RunConfig config) =>
        Of(config) is RunConfig oracle ? runs.FirstOrDefault(r => Anonymous(r.Config) == oracle)?.Summary : null;

    private static RunConfig Anonymous(RunConfig config) => config with
    {
        Preset = Name,
        Engine = config.Engine with { Release = EngineCatalog.FirstAlike(config.Engine.Release) },
    };
}
