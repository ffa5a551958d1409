using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Memory;
using ELLM.Sim.Memory.Prefixes;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Models;
using ELLM.Sim.Numerics;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Settings;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Configuration;

/// <summary>Fourth step: the parts of engines, made anew for each.</summary>
internal sealed class EngineBuilder(RunConfig config, DeploymentParts parts, DeploymentSizes sizes)
{
    public EngineParts Engine(SloTargets targets, IKvMemory memory)
    {
        IScheduler scheduler = parts.Policy.Scheduler.Create(new SchedulerInput(config.Policy, targets.TtftPs, targets.TpotPs));
        return new EngineParts(sizes.Limits, scheduler, memory, sizes.Times.Model) { Host = Host() };
    }

    /// <summary>The KV memory of a replica, or of one of its virtual engines, which have equal shares of the blocks.</summary>
    public IKvMemory Memory(int index, PromptChains? prompts = null)
    {
        (MemoryBudget budget, ModelSpec model) = (sizes.Budget, parts.Model);
        if (config.Pp > 1)
        {
            budget = budget with { KvBlocks = budget.KvBlocks / config.Pp, KvTokens = budget.KvTokens / config.Pp };
            model = model with { Layers = sizes.Fullest.Count };
        }
        KnobSet knobs = parts.Policy.LayoutKnobs;
        return parts.Policy.Layout.Create(new LayoutInput(knobs, budget, model, sizes.Limits.MaxModelLen, sizes.Limits.MaxNumBatchedTokens, parts.Costs)
        {
            Prompts = prompts ?? PromptChains.None,
            SharesPool = parts.Policy.Boundary.SharesPool,
            HostBytes = config.Policy.HostBytes,
            Ranks = config.Tp,
            Seed = RandomStream.Named(config.Seed, $"replica {index}").NextBits(),
        });
    }

    public VirtualEngines? Pipeline() => config.Pp == 1
        ? null
        : new VirtualEngines(sizes.Times.Model as PipelineTimeModel ?? throw new InvalidOperationException("pipeline stages need times of their own"));

    /// <summary>Host memory for swapped and streamed KV, its link as the calibration profile prices copies; null when the policy never uses it.</summary>
    private HostMemory? Host() => parts.Policy.UsesHost
        ? new HostMemory(config.Policy.HostBytes / config.Pp, Link(CopyDirection.DeviceToHost), Link(CopyDirection.HostToDevice))
        : null;

    private LinkCost Link(CopyDirection direction)
    {
        LinkCost link = parts.Costs.Link(direction);
        return link with { BothDirectionsFactor = config.Policy.Of<SwapKnobs>().LinkBothWays ?? link.BothDirectionsFactor };
    }
}
