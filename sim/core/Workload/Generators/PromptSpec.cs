using System.Text.Json.Serialization;

namespace ELLM.Sim.Workload.Generators;

/// <summary>What the prompts of a workload begin with.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(SharedPrefixPrompts), "shared_prefix")]
[JsonDerivedType(typeof(ChatPrompts), "chat")]
[JsonDerivedType(typeof(AgentPrompts), "agent")]
public abstract record PromptSpec
{
    /// <summary>Tokens of the blocks in which statistics count; 0: they count tokens only.</summary>
    public int BlockTokens { get; init; }

    /// <summary>Whether arrivals are those of sessions, whose later turns wait for answers, rather than of requests.</summary>
    [JsonIgnore]
    public abstract bool StartsSessions { get; }

    /// <summary>At most so many requests, sessions whole; only one that alone is longer is cut.</summary>
    internal abstract PromptDraw Draw(GeneratorSpec spec, int count, ulong seed);

    internal virtual void Check(string where)
    {
        if (BlockTokens < 0)
            throw new InputException($"{where}.block_tokens: expected at least 0, found {BlockTokens}");
    }

    private protected static void AtLeastOne(int value, string what)
    {
        if (value < 1)
            throw new InputException($"{what}: expected at least 1, found {value}");
    }
}
