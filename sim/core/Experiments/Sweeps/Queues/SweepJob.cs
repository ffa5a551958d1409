namespace ELLM.Sim.Experiments.Sweeps.Queues;

/// <summary>A sweep as a queue of a cluster runs it: one task a shard.</summary>
/// <param name="Name">Name of the experiment.</param>
/// <param name="Shards">Tasks.</param>
/// <param name="Jobs">Points at a time in a task: the cores it asks for.</param>
/// <param name="MemoryGib">Memory of a task, GiB; null: the queue's default.</param>
/// <param name="Concurrent">Tasks at a time; null: as many as there is room for.</param>
public sealed record SweepJob(string Name, int Shards, int Jobs, double? MemoryGib, int? Concurrent)
{
    /// <summary>Paths of policy assemblies, as tasks see them.</summary>
    public IReadOnlyList<string> PolicyAssemblies { get; init; } = [];

    /// <summary>The name in letters that every queue takes.</summary>
    public string SafeName =>
        "ellm-" + string.Join('-',
            string.Concat(Name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' '))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>MiB, rounded up.</summary>
    public long? MemoryMib => MemoryGib is double gib ? (long)Math.Ceiling(gib * 1024) : null;
}
