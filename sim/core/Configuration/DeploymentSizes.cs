using ELLM.Sim.Memory;
using ELLM.Sim.Models;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Configuration;

/// <summary>Third step: limits, the memory budget and the time model, computed.</summary>
/// <param name="Budget">Memory of one GPU: with pipeline stages, of one in the stage that has the least room for KV.</param>
/// <param name="Fullest">That stage.</param>
internal sealed record DeploymentSizes(EngineLimits Limits, MemoryBudget Budget, StageLayers Fullest, TimeModelChoice Times)
{
    /// <exception cref="InputException">The weights do not fit, or the time model does not know the model.</exception>
    public static DeploymentSizes Compute(RunConfig config, DeploymentParts parts)
    {
        int maxModelLen = config.Engine.MaxModelLen ?? parts.Model.MaxModelLen;
        EngineLimits limits = PolicyLimits.Of(
            config.Policy, maxModelLen, parts.MaxNumSeqs(config.Engine), parts.MaxNumBatchedTokens(config.Engine), parts.Model.Layers);
        StageLayers[] stages = StageLayers.Split(parts.Model.Layers, config.Pp);
        // Every rank gets as many blocks as the one with the least room has.
        (MemoryBudget budget, StageLayers fullest) = stages.Select(stage => (BudgetOf(config, parts, limits, stage), stage)).MinBy(one => one.Item1.KvTokens);
        TimeModelChoice times = config.Pp == 1
            ? TimeModelCatalog.Parse(config.Timing.Model, parts.Times, parts.Model, config.Tp, parts.Timing)
            : TimeModelCatalog.ParsePipeline(config.Timing.Model, parts.Times, parts.Model, config.Tp, parts.Timing, stages, config.Engine.StageLink);
        return new DeploymentSizes(limits, budget, fullest, times);
    }

    private static MemoryBudget BudgetOf(RunConfig config, DeploymentParts parts, EngineLimits limits, StageLayers stage) =>
        MemoryBudget.Compute(parts.Model, parts.Gpu, new MemoryBudgetSettings(
            limits.MaxNumBatchedTokens,
            config.Tp,
            config.Engine.GpuMemoryUtilization,
            limits.MaxNumSeqs,
            parts.Policy.Layout.InBlocks ? config.Policy.Of<PagedKnobs>().BlockTokens : 1,
            parts.Timing.Fp8Kv ? 1 : 2,
            CudaGraphs: parts.Timing.Pads,
            Stage: stage)
        {
            Release = parts.Release,
            StatedBlockTokens = BlocksOf(config.Policy, parts.Policy.Layout),
            ExpertParallel = config.Ep,
            Overrides = parts.Timing.Weights == WeightFormat.Model
                ? config.Memory
                : config.Memory with { WeightsBytes = config.Memory.WeightsBytes ?? QuantisedBytes(parts.Model.ForRank(config.Tp, stage, config.Ep)) },
        });

    /// <summary>Tokens of the blocks that <c>memory.kv_blocks</c> counts.</summary>
    internal static int BlocksOf(PolicySpec policy, LayoutEntry layout) =>
        layout.InBlocks ? policy.Of<PagedKnobs>().BlockTokens : new PagedKnobs().BlockTokens;

    /// <summary>One byte a layer weight; embedding and LM head stay 16 bit.</summary>
    private static long QuantisedBytes(ModelRank rank) => rank.WeightElements + rank.EndElements + rank.TowerBytes;
}
