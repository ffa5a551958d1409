namespace ELLM.Sim.Memory.Prefixes;

/// <summary>What a cache of prefixes found and lost. Look-ups count once a request: at its first admission.</summary>
public record struct PrefixCounters
{
    /// <summary>Prompt tokens of the requests that were looked up.</summary>
    public long Tokens;

    /// <summary>Of these, tokens that were found and not computed.</summary>
    public long HitTokens;

    /// <summary>Whole units of those prompts.</summary>
    public long Units;

    public long HitUnits;

    /// <summary>Units that lost their name because their memory was taken.</summary>
    public long EvictedUnits;

    /// <summary>Tokens computed although they had been in the cache before.</summary>
    public long RecomputedTokens;

    public void Add(in PrefixCounters other)
    {
        Tokens += other.Tokens;
        HitTokens += other.HitTokens;
        Units += other.Units;
        HitUnits += other.HitUnits;
        EvictedUnits += other.EvictedUnits;
        RecomputedTokens += other.RecomputedTokens;
    }
}
