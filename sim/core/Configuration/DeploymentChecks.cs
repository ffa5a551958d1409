using ELLM.Sim.Models;
using ELLM.Sim.Policies;

namespace ELLM.Sim.Configuration;

/// <summary>Second step: whether the parts go together. Each refusal is one line that names the setting.</summary>
internal static class DeploymentChecks
{
    /// <exception cref="InputException">They do not.</exception>
    public static void Check(RunConfig config, DeploymentParts parts)
    {
        Batches(config, parts);
        if ((parts.Policy.Fault ?? parts.Policy.Layout.Fault(parts.Policy.LayoutKnobs, parts.Costs)) is string fault)
            throw new InputException(fault);
        Pipeline(config, parts);
        if (config.Ep > 1 && parts.Model.Experts is null)
            throw new InputException($"ep: expected 1 with {parts.Model.Name}, which has no experts, found {config.Ep}");
        HostMemory(config.Policy, parts);
    }

    private static void Batches(RunConfig config, DeploymentParts parts)
    {
        int budget = parts.MaxNumBatchedTokens(config.Engine);
        int sequences = parts.MaxNumSeqs(config.Engine);
        if (budget < sequences)
            throw new InputException($"engine.max_num_batched_tokens: expected at least max_num_seqs ({sequences}), found {budget}");
    }

    /// <summary>A pool that activations share, and prompts that stream to the host, belong to all micro-batches of a GPU: no virtual engine can own a share.</summary>
    private static void Pipeline(RunConfig config, DeploymentParts parts)
    {
        // Refuses more stages than the model has layers.
        _ = StageLayers.Split(parts.Model.Layers, config.Pp);
        if (config.Pp == 1)
            return;
        if (parts.Policy.Boundary.SharesPool || parts.Policy.Scheduler.UsesHost)
            throw new InputException($"{config.Preset}: pp: expected 1 with an elastic boundary or KV that streams to the host, found {config.Pp}");
        if ((long)config.Pp * config.Engine.Replicas > ushort.MaxValue)
            throw new InputException($"pp: expected at most {ushort.MaxValue} virtual engines in all, found {config.Pp} in each of {config.Engine.Replicas} replicas");
    }

    private static void HostMemory(PolicySpec policy, DeploymentParts parts)
    {
        bool used = parts.Policy.UsesHost || parts.Policy.Layout.IncludesHost;
        if (used && parts.Gpu.HostMemoryGib is double gib && policy.SwapGib > gib)
        {
            throw new InputException(FormattableString.Invariant(
                $"policy.swap_gib: expected at most the host memory of one GPU, {gib} GiB beside {parts.Gpu.Name}, found {policy.SwapGib}"));
        }
    }
}
