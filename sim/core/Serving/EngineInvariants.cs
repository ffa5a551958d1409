using ELLM.Sim.Memory;

namespace ELLM.Sim.Serving;

/// <summary>What must hold at every boundary, counted anew sequence by sequence (<see cref="ReplicaOptions.Check"/>).</summary>
internal static class EngineInvariants
{
    /// <exception cref="InvalidOperationException">Something does not add up: a bug.</exception>
    public static void Check(RunningSequences running, HostTraffic host)
    {
        IKvMemory memory = running.Memory;
        (long occupied, long live) = Count(running, host);
        occupied -= memory.SharedUnits;
        if (occupied != memory.UsedUnits)
            throw new InvalidOperationException($"sequences occupy {occupied} KV units but the memory has given out {memory.UsedUnits}");
        if (live != running.LiveTokens)
            throw new InvalidOperationException($"sequences hold {live} tokens but {running.LiveTokens} are counted");
        // Free is what the rest leaves of the pool: with no part negative, every chunk has exactly one owner.
        if (memory.Mapped is { } mapped
            && Math.Min(Math.Min(mapped.HeldBytes, mapped.IdleBytes), Math.Min(mapped.ActivationBytes, mapped.FreeBytes)) < 0)
        {
            throw new InvalidOperationException($"the chunks do not sum to the pool: {mapped}");
        }
        if (memory.AllocatedTokens > memory.CapacityTokens)
            throw new InvalidOperationException($"{memory.AllocatedTokens} of {memory.CapacityTokens} KV tokens are allocated");
    }

    /// <summary>Units of memory that sequences occupy, and tokens that they have in it.</summary>
    private static (long Occupied, long Live) Count(RunningSequences running, HostTraffic host)
    {
        IKvMemory memory = running.Memory;
        SequenceTable table = running.Table;
        long occupied = 0, live = 0;
        for (int slot = table.First; slot >= 0; slot = table.NextOf(slot))
        {
            ref Sequence sequence = ref table[slot];
            int tokens = sequence.KvTokens(running.Decodes.Step);
            live += tokens;
            occupied += memory.UnitsOf(sequence.Grant, sequence.Phase == SequencePhase.Decoding ? tokens : 0);
        }
        foreach (int slot in host.FetchingSlots)
        {
            live += table[slot].PrefillTokens;
            occupied += memory.UnitsOf(table[slot].Grant, 0);
        }
        foreach (int slot in host.ParkedSlots)
        {
            live += host.GpuTokens(slot, table[slot].PrefillTokens);
            occupied += memory.UnitsOf(table[slot].Grant, 0);
        }
        foreach (int slot in running.Held)
            occupied += memory.UnitsOf(table[slot].Grant, table[slot].PrefillDone);
        return (occupied, live);
    }
}
