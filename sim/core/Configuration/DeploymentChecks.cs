using ELLM.Sim.Memory;
using ELLM.Sim.Models;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Configuration;

/// <summary>Second step: whether the parts go together. Each refusal is one line that names the setting.</summary>
internal static class DeploymentChecks
{
    /// <exception cref="InputException">They do not.</exception>
    public static void Check(RunConfig config, DeploymentParts parts)
    {
        Batches(config, parts);
        Roles(config.Policy, parts.Scheduler, parts.Layout);
        Knobs(config.Policy, parts);
        Pipeline(config, parts);
        HostMemory(config.Policy, parts);
    }

    /// <summary>vLLM up to 0.5: without chunked prefill a step must be able to hold the longest prompt whole.</summary>
    public static int BatchedTokens(EngineSpec engine, int maxModelLen) => engine.MaxNumBatchedTokens ?? Math.Max(maxModelLen, 2048);

    private static void Batches(RunConfig config, DeploymentParts parts)
    {
        int budget = BatchedTokens(config.Engine, config.Engine.MaxModelLen ?? parts.Model.MaxModelLen);
        if (budget < config.Engine.MaxNumSeqs)
            throw new InputException($"engine.max_num_batched_tokens: expected at least max_num_seqs ({config.Engine.MaxNumSeqs}), found {budget}");
    }

    private static void Roles(PolicySpec policy, SchedulerEntry scheduler, LayoutEntry layout)
    {
        if (layout.Lacks(scheduler) is string lacking)
            throw new InputException($"policy.layout: expected {lacking}, found {layout.Name}");
        if (policy.Overflow == "swap" && (layout.Name != "paged" || !scheduler.Resumes))
            throw new InputException($"policy.overflow: swap needs the paged layout and a scheduler that resumes, found {layout.Name} and {scheduler.Name}");
        if (!layout.Boundaries.Contains(policy.Boundary, StringComparer.Ordinal))
            throw new InputException($"policy.boundary: expected {string.Join(" or ", layout.Boundaries)} with policy.layout {layout.Name}, found {policy.Boundary}");
        if (policy.Overflow is "stream" or "offload" ? policy.Overflow != scheduler.HostOverflow : scheduler.UsesHost)
            throw new InputException($"policy.overflow: stream and the elastic scheduler go together, offload and slo-slack, found {policy.Overflow} and {scheduler.Name}");
        if (policy.Overflow == "wait" && !layout.ReservesWhole)
            throw new InputException($"policy.overflow: wait needs a layout that reserves whole requests (contiguous), found {layout.Name}, whose sequences grow");
    }

    private static void Knobs(PolicySpec policy, DeploymentParts parts)
    {
        StreamKnobs stream = policy.Of<StreamKnobs>();
        if (stream.SloHits > stream.SloWindow)
            throw new InputException($"policy.slo_hits: expected at most policy.slo_window ({stream.SloWindow}), found {stream.SloHits}");
        long granularity = parts.Costs.Profile.Device.GranularityBytes;
        int chunkKib = policy.Of<VmmKnobs>().ChunkKib;
        if (parts.Layout.Knobs is VmmKnobs && ((long)chunkKib << 10) % granularity != 0)
        {
            throw new InputException(
                $"policy.chunk_kib: expected a multiple of {granularity >> 10}, the granularity of calibration profile {parts.Costs.Profile.Name}, found {chunkKib}");
        }
    }

    /// <summary>A pool that activations share, and prompts that stream to the host, belong to all micro-batches of a GPU: no virtual engine can own a share.</summary>
    private static void Pipeline(RunConfig config, DeploymentParts parts)
    {
        // Refuses more stages than the model has layers.
        _ = StageLayers.Split(parts.Model.Layers, config.Pp);
        if (config.Pp == 1)
            return;
        if (config.Policy.Boundary != "fixed" || parts.Scheduler.UsesHost)
            throw new InputException($"{config.Preset}: pp: expected 1 with an elastic boundary or KV that streams to the host, found {config.Pp}");
        if ((long)config.Pp * config.Engine.Replicas > ushort.MaxValue)
            throw new InputException($"pp: expected at most {ushort.MaxValue} virtual engines in all, found {config.Pp} in each of {config.Engine.Replicas} replicas");
    }

    private static void HostMemory(PolicySpec policy, DeploymentParts parts)
    {
        bool used = policy.Overflow == "swap" || parts.Scheduler.UsesHost || parts.Layout.IncludesHost;
        if (used && parts.Gpu.HostMemoryGib is double gib && policy.SwapGib > gib)
        {
            throw new InputException(FormattableString.Invariant(
                $"policy.swap_gib: expected at most the host memory of one GPU, {gib} GiB beside {parts.Gpu.Name}, found {policy.SwapGib}"));
        }
    }
}
