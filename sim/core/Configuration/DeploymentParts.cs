using ELLM.Sim.Hardware;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Memory.Engines;
using ELLM.Sim.Models;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Timing;
using ELLM.Sim.Timing.Kinds;

namespace ELLM.Sim.Configuration;

/// <summary>First step to a deployment: everything that a configuration names, looked up.</summary>
/// <param name="Release">What the engine's release takes and defaults to.</param>
/// <param name="Costs">Prices of memory calls and copies.</param>
/// <param name="CostsBorrowed">They are another device's: the GPU has no calibration profile and none was named.</param>
/// <param name="LentTimes">The card whose iteration times are scaled to this one's peaks; null: the times are its own, or stated.</param>
internal sealed record DeploymentParts(
    ModelSpec Model,
    GpuSpec Gpu,
    PolicyComposition Policy,
    EngineRelease Release,
    TimingProfile Times,
    TimingOptions Timing,
    DeviceCosts Costs,
    bool CostsBorrowed,
    string? LentTimes)
{
    /// <summary>A GPU file of the user's own has no profile of its name: its memory calls cost what they cost on the best-known device.</summary>
    public const string BestKnown = "a100-80";

    /// <exception cref="InputException">Something unknown, or a file that cannot be read.</exception>
    public static DeploymentParts Find(RunConfig config)
    {
        ModelSpec model = ModelCatalog.Load(config.Model);
        GpuSpec gpu = GpuCatalog.Load(config.Gpu);
        PolicyComposition policy = PolicyComposition.Of(config.Policy);
        EngineRelease release = EngineCatalog.Release(config.Engine.Release);
        bool borrowed = config.Profile is null && !CalibrationCatalog.Names.Contains(gpu.Name);
        bool own = config.Timing.Profile == "gpu";
        return new DeploymentParts(
            model,
            gpu,
            policy,
            release,
            own ? BorrowedTimes.Of(gpu) : TimingCatalog.Load(config.Timing.Profile),
            TimingOf(config, config.Engine.MaxNumSeqs ?? release.Cards.SequencesOf(gpu)),
            new DeviceCosts(CalibrationCatalog.Load(config.Profile ?? (borrowed ? BestKnown : gpu.Name))),
            borrowed,
            own && BorrowedTimes.AreLentTo(gpu, TimingCatalog.Load(gpu.Timing)) ? gpu.Timing : null);
    }

    /// <summary>Most sequences in a batch: as stated, or the release's default on the card.</summary>
    public int MaxNumSeqs(EngineSpec engine) => engine.MaxNumSeqs ?? Release.Cards.SequencesOf(Gpu);

    /// <summary>Most tokens in an iteration: as stated, or the release's default on the card; without one a step holds the longest prompt whole.</summary>
    public int MaxNumBatchedTokens(EngineSpec engine) =>
        engine.MaxNumBatchedTokens ?? Release.Cards.TokensOf(Gpu) ?? Math.Max(engine.MaxModelLen ?? Model.MaxModelLen, 2048);

    private static TimingOptions TimingOf(RunConfig config, int maxNumSeqs)
    {
        TimingOptions options = new(maxNumSeqs)
        {
            PrefillAttentionFactor = config.Policy.PrefillAttentionFactor,
            DecodeAttentionFactor = config.Policy.DecodeAttentionFactor,
            GraphContext = config.Engine.GraphContext,
            Weights = config.Timing.Weights switch
            {
                "model" => WeightFormat.Model,
                "fp8-dynamic" => WeightFormat.Fp8Dynamic,
                "fp8-static" => WeightFormat.Fp8Static,
                string other => throw new InputException($"timing.weights: expected model, fp8-dynamic or fp8-static, found {other}"),
            },
            Routing = ExpertRouting.Parse(config.Timing.Routing),
            ExpertTables = config.Timing.Experts == "formula" ? null : config.Timing.Experts,
            ExpertParallel = config.Ep,
            Fp8Kv = config.Timing.Kv switch
            {
                "16bit" => false,
                "fp8" => true,
                string other => throw new InputException($"timing.kv: expected 16bit or fp8, found {other}"),
            },
        };
        switch (config.Engine.Overhead)
        {
            case "graph":
                return options;
            case "eager":
                return options with { Overhead = OverheadProfile.Eager };
            case "none":
                return options with { Overhead = OverheadProfile.None };
            default:
                NamedOverhead named = OverheadCatalog.Load(config.Engine.Overhead);
                return options with { Overhead = named.Graphs ? OverheadProfile.Graph : OverheadProfile.Eager, Engine = named.Overhead };
        }
    }
}
