using ELLM.Sim.Memory;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Serving;

/// <summary>What one engine is made of: a cluster makes a <see cref="Replica"/> of it.</summary>
/// <remarks>Scheduler, memory and host memory belong to this engine alone; a pipeline's stages and a GPU's turns are shared.</remarks>
/// <param name="Time">Iteration times; with <see cref="Pipeline"/> they are the pipeline's own.</param>
public sealed record EngineParts(EngineLimits Limits, IScheduler Scheduler, IKvMemory Memory, ITimeModel Time)
{
    /// <summary>Host memory for KV and the link to it; null when the policy never uses it.</summary>
    public HostMemory? Host { get; init; }

    /// <summary>Watches the run; null costs nothing.</summary>
    public IServingObserver? Observer { get; init; }

    public ReplicaOptions Options { get; init; }

    /// <summary>The virtual engines that share this one's pipeline stages; null: the engine has its GPUs to itself.</summary>
    public VirtualEngines? Pipeline { get; init; }

    /// <summary>The GPU shared with other engines; null: none.</summary>
    public GpuTurns? Turns { get; init; }
}

/// <summary>How a replica runs, without any influence on results.</summary>
/// <param name="Step">Simulate every decode step on its own: slower, to the bit the same.</param>
/// <param name="Check">Verify every invariant at every boundary.</param>
public readonly record struct ReplicaOptions(bool Step, bool Check);
