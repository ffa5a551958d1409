using ELLM.Sim.Fleet;
using ELLM.Sim.Hardware;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Memory;
using ELLM.Sim.Memory.Engines;
using ELLM.Sim.Memory.Prefixes;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Models;
using ELLM.Sim.Numerics;
using ELLM.Sim.Serving;
using ELLM.Sim.Timing;
using ELLM.Sim.Timing.Tables;

namespace ELLM.Sim.Configuration;

/// <summary>A configuration with everything looked up, checked and computed: what engines are built from.</summary>
/// <remarks>
/// Four steps: <see cref="DeploymentParts"/> looks up, <see cref="DeploymentChecks"/> refuses, <see cref="DeploymentSizes"/> computes,
/// <see cref="EngineBuilder"/> builds. Read-only and safe to share between threads; every engine gets parts of its own.
/// </remarks>
public sealed class Deployment
{
    private readonly DeploymentParts _parts;
    private readonly DeploymentSizes _sizes;
    private readonly EngineBuilder _builder;
    private readonly IReadOnlyList<string> _warnings;

    private Deployment(RunConfig config, DeploymentParts parts, DeploymentSizes sizes)
    {
        Config = config;
        _parts = parts;
        _sizes = sizes;
        _builder = new EngineBuilder(config, parts, sizes);
        Router = RouterChoice.Parse(config.Engine.Router);
        IKvMemory empty = _builder.Memory(0);
        KvPoolBytes = empty.CapacityTokens * sizes.Budget.KvBytesPerToken;
        string? unpriced = parts.CostsBorrowed
            ? $"no calibration profile for {parts.Gpu.Name}: memory calls and copies are priced as on {DeploymentParts.BestKnown}; "
                + $"--profile names another"
            : null;
        string? lent = parts.LentTimes is string card
            ? $"no timing profile for {parts.Gpu.Name}: iteration times are borrowed from {card} and scaled to the peaks of {parts.Gpu.Name}; "
                + "timing.profile names another"
            : null;
        string? read = parts.Model.Understood is string what ? $"{config.Model} read as {what}" : null;
        _warnings = [.. new[] { read, lent, unpriced, RoomFor(empty) }.OfType<string>()];
    }

    public RunConfig Config { get; }

    public ModelSpec Model => _parts.Model;

    public GpuSpec Gpu => _parts.Gpu;

    /// <inheritdoc cref="DeploymentParts.Release"/>
    public EngineRelease Release => _parts.Release;

    /// <inheritdoc cref="DeploymentParts.LentTimes"/>
    public string? LentTimes => _parts.LentTimes;

    public EngineLimits Limits => _sizes.Limits;

    /// <inheritdoc cref="DeploymentSizes.Budget"/>
    public MemoryBudget Budget => _sizes.Budget;

    /// <summary>Activations of an iteration, and what a fixed boundary keeps free for them.</summary>
    public ActivationDemand Activation => Budget.Activation;

    /// <summary>The KV pool of one rank, activations included where the boundary is elastic.</summary>
    public long KvPoolBytes { get; }

    /// <summary>Prices of memory calls and copies.</summary>
    public DeviceCosts Costs => _parts.Costs;

    public ITimeModel Time => _sizes.Times.Model;

    public TimingProvenance Provenance => _sizes.Times.Provenance;

    /// <summary>Where a run went beyond measured tables; null for time models without tables.</summary>
    public ExtrapolationReport? Extrapolation => _sizes.Times.Extrapolation;

    /// <summary>What a user should know before believing the results; one line each. A run adds where it extrapolated.</summary>
    public IReadOnlyList<string> Warnings => [.. _warnings, .. Extrapolation?.Lines ?? []];

    /// <exception cref="InputException">The configuration names something unknown or cannot start; the message says why.</exception>
    public static Deployment Resolve(RunConfig config)
    {
        (DeploymentParts parts, DeploymentSizes sizes) = Prepare(config);
        return new Deployment(config, parts, sizes);
    }

    /// <summary>How memory would be divided, whether requests could be served with what is left or not.</summary>
    /// <exception cref="InputException">The configuration names something unknown, or the weights do not fit.</exception>
    public static MemoryBudget PlanMemory(RunConfig config) => Prepare(config).Sizes.Budget;

    /// <summary>The same deployment under another time model.</summary>
    public Deployment WithTime(TimeModelChoice times) => new(Config, _parts, _sizes with { Times = times });

    /// <summary>The parts of one engine, with memory of its own unless it is given.</summary>
    /// <param name="index">Of the replica or virtual engine: each draws costs of its own.</param>
    /// <param name="prompts">Which prompts of the trace begin alike; null: that is not known.</param>
    public EngineParts Engine(SloTargets targets, int index, IKvMemory? memory = null, PromptChains? prompts = null) =>
        _builder.Engine(targets, memory ?? _builder.Memory(index, prompts));

    /// <summary>The KV memory of a replica, or of one of its virtual engines, which have equal shares of the blocks.</summary>
    public IKvMemory CreateMemory() => _builder.Memory(0);

    /// <summary>The stages that a replica's virtual engines share; null without pipeline parallelism.</summary>
    public VirtualEngines? CreatePipeline() => _builder.Pipeline();

    /// <summary>The router of <c>engine.router</c>.</summary>
    public RouterChoice Router { get; }

    private static (DeploymentParts Parts, DeploymentSizes Sizes) Prepare(RunConfig config)
    {
        DeploymentParts parts = DeploymentParts.Find(config);
        DeploymentChecks.Check(config, parts);
        return (parts, DeploymentSizes.Compute(config, parts));
    }

    /// <summary>Whether the pool holds a request of every length the engine takes; null when it does.</summary>
    /// <exception cref="InputException">It holds nothing, or the engine is to be strict about it.</exception>
    private string? RoomFor(IKvMemory empty)
    {
        bool stated = Config.Memory is { KvBlocks: > 0 } or { KvTokens: > 0 };
        if (empty.CapacityTokens == 0 && stated && empty.ChunkTokens > 0)
        {
            throw new InputException($"{Config.Preset}: the stated KV pool of {Budget.KvTokens} tokens is less than one chunk of "
                + $"{empty.ChunkTokens} tokens; state more, or a smaller policy.chunk_kib");
        }
        if (empty.CapacityTokens == 0)
        {
            throw new InputException(
                $"{Config.Preset}: no KV pool: {Model.Name} on {Gpu.Name} leaves {ShortText.Gib(-Budget.ShortfallBytes)} after weights, "
                    + $"context and "
                + $"an activation reserve of {ShortText.Gib(Budget.ActivationBytes)} for {Limits.MaxNumBatchedTokens} batched tokens; "
                + "lower engine.max_model_len or engine.max_num_batched_tokens");
        }
        if (empty.CouldHold(new KvDemand(Limits.MaxModelLen, Limits.MaxModelLen, 1)))
            return null;
        // A pool that activations share may hold the tokens but not the prompt's activations beside them.
        string beside = empty.CapacityTokens >= Limits.MaxModelLen ? " beside the activations of its prompt" : "";
        string what =
            $"{Config.Preset}: the KV pool of {empty.CapacityTokens} tokens cannot hold one request of max_model_len "
                + $"({Limits.MaxModelLen}){beside}";
        return Config.Engine.StrictStart
            ? throw new InputException($"{what}; set engine.max_model_len or engine.strict_start=false")
            : $"{what}: such requests are rejected one by one";
    }
}
