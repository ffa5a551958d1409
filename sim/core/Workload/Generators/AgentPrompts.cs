using System.Text.Json.Serialization;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>Agents with tools: chats that start behind long instructions, and whose context is compacted now and then.</summary>
/// <param name="Compactions">By the last prompt's length, ascending; a turn below the first is never compacted.</param>
public sealed record AgentPrompts(
    LengthSpec SystemTokens, LengthSpec Turns, LognormalMixture ThinkS, LengthSpec Growth, Compaction[] Compactions,
    int Groups = 1, int MaxPromptTokens = 1 << 20)
    : ChatPrompts(SystemTokens, Turns, ThinkS, Growth, Groups, MaxPromptTokens)
{
    [JsonIgnore]
    public override bool StartsSessions => true;

    internal override void Check(string where)
    {
        base.Check(where);
        for (int i = 0; i < Compactions.Length; i++)
        {
            ArrivalSpec.Within(Compactions[i].Hazard, 0, 1, $"{where}.compactions[{i}].hazard");
            ArrivalSpec.Within(Compactions[i].Kept, 0, 1, $"{where}.compactions[{i}].kept");
            if (i > 0 && Compactions[i].FromTokens <= Compactions[i - 1].FromTokens)
            {
                throw new InputException($"{where}.compactions: expected ascending from_tokens, found {Compactions[i].FromTokens} "
                    + $"behind {Compactions[i - 1].FromTokens}");
            }
        }
    }

    /// <summary>A compacted context keeps its instructions; what follows them is written anew.</summary>
    private protected override (int Tokens, int Kept) Grow(int tokens, int growth, int system, RandomStream random)
    {
        int band = Compactions.Length - 1;
        while (band >= 0 && tokens < Compactions[band].FromTokens)
            band--;
        if (band < 0 || random.NextDouble() >= Compactions[band].Hazard)
            return base.Grow(tokens, growth, system, random);
        int compacted = Math.Max(1, (int)(tokens * Compactions[band].Kept));
        return (compacted, Math.Min(system, compacted));
    }
}

/// <summary>How often contexts of a size are compacted, and to what.</summary>
/// <param name="FromTokens">Least prompt that it holds for.</param>
/// <param name="Hazard">Share of the turns.</param>
/// <param name="Kept">The new prompt as a share of the last.</param>
public sealed record Compaction(int FromTokens, double Hazard, double Kept);
