namespace ELLM.Sim.Memory.Prefixes;

/// <summary>What a sequence that holds memory has of the cache.</summary>
internal struct PrefixHolder
{
    public int Request;

    /// <summary>The last run of its tokens that has an identity; -1: there is none.</summary>
    public int Target;

    /// <summary>The run of the last unit that it holds by name; -1: it holds none.</summary>
    public int Run;

    /// <summary>Units from its first on that it holds by name, whether it found or filled them.</summary>
    public int Named;

    /// <summary>Tokens that it has in memory or that the coming iteration computes.</summary>
    public int Tokens;

    /// <summary>Another sequence holds the unit that it filled next: its own stays without a name, and so do those behind it.</summary>
    public bool Apart;

    /// <summary>The next of those that hold some of the units of its run; 0: there is none.</summary>
    public int Next;
}

/// <summary>What a sequence takes over from the cache at its admission.</summary>
/// <param name="Holder">How the cache knows the sequence from now on.</param>
/// <param name="Units">Units found, which it shares from now on.</param>
/// <param name="Free">Of these, units that were free: they leave the free list.</param>
internal readonly record struct PrefixHold(int Holder, int Units, int Free);
