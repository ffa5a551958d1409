using System.Text.Json.Serialization;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>Chats of several turns: each goes on behind the last prompt and answer, its think time after the answer's end.</summary>
/// <remarks>
/// The workload's input lengths are those of first prompts, the system prompt included; its arrivals are those of chats. Prompts longer
/// than the longest are cut to it.
/// </remarks>
/// <param name="SystemTokens">Length of a group's system prompt, with which its chats begin.</param>
/// <param name="Turns">Requests of a chat.</param>
/// <param name="ThinkS">From the end of an answer to the next request [s].</param>
/// <param name="Growth">Tokens that a prompt has more than the one before it, the answer included.</param>
/// <param name="Groups">Different system prompts.</param>
/// <param name="MaxPromptTokens">Longest prompt.</param>
/// <param name="ReuseShare">Share of the chats that begin like a random earlier request.</param>
/// <param name="ReuseTokens">For how many tokens they do; null: none does.</param>
public record ChatPrompts(
    LengthSpec SystemTokens, LengthSpec Turns, LognormalMixture ThinkS, LengthSpec Growth,
    int Groups = 1, int MaxPromptTokens = 1 << 20, double ReuseShare = 0, LengthSpec? ReuseTokens = null)
    : PromptSpec
{
    [JsonIgnore]
    public override bool StartsSessions => true;

    internal override PromptDraw Draw(GeneratorSpec spec, int count, ulong seed)
    {
        PromptDraw draw = new();
        Streams random = new(seed);
        Dictionary<int, (int System, int Prompt)> groups = [];
        // A chat that alone is longer than the trace is cut; after it there is room for none.
        for (int turns = Math.Min(count, Turns.Sample(random.Turns)); turns <= count - draw.Count; turns = Turns.Sample(random.Turns))
        {
            int prompt = First(spec, draw, groups, random);
            for (int turn = 1; turn < turns; turn++)
                prompt = Next(spec, draw, prompt, random);
        }
        return draw;
    }

    internal override void Check(string where)
    {
        base.Check(where);
        AtLeastOne(Groups, $"{where}.groups");
        AtLeastOne(MaxPromptTokens, $"{where}.max_prompt_tokens");
        SystemTokens.Check($"{where}.system_tokens");
        Turns.Check($"{where}.turns");
        ThinkS.Check($"{where}.think_s");
        Growth.Check($"{where}.growth");
        ReuseTokens?.Check($"{where}.reuse_tokens");
        ArrivalSpec.Within(ReuseShare, 0, 1, $"{where}.reuse_share");
        if (ReuseShare > 0 && ReuseTokens is null)
            throw new InputException($"{where}: reuse_share needs reuse_tokens");
    }

    /// <summary>Tokens of the next prompt, and how many of the last prompt and answer it keeps.</summary>
    private protected virtual (int Tokens, int Kept) Grow(int tokens, int growth, int system, RandomStream random)
    {
        int next = (int)Math.Min(MaxPromptTokens, (long)tokens + growth);
        return (next, next);
    }

    private int First(GeneratorSpec spec, PromptDraw draw, Dictionary<int, (int System, int Prompt)> groups, Streams random)
    {
        int group = (int)random.Groups.NextBelow((ulong)Groups);
        bool known = groups.TryGetValue(group, out (int System, int Prompt) first);
        int system = known ? first.System : SystemTokens.Sample(random.Systems);
        int input = Math.Min(MaxPromptTokens, spec.Input.Sample(random.Inputs));
        (int like, int shared) = known ? (first.Prompt, Math.Min(system, draw.Tree.TokensOf(first.Prompt))) : (-1, 0);
        if (ReuseShare > 0 && random.Reuse.NextDouble() < ReuseShare && draw.Count > 0)
        {
            int earlier = (int)random.Reuse.NextBelow((ulong)draw.Count), tokens = ReuseTokens!.Sample(random.Reuse);
            if (Groups == 1 && tokens > shared)
                (like, shared) = (earlier, Math.Min(tokens, draw.Tree.TokensOf(earlier)));
        }
        int prompt = draw.Start(like, shared, input, spec.Output.Sample(random.Outputs));
        groups.TryAdd(group, (system, prompt));
        random.System = system;
        return prompt;
    }

    private int Next(GeneratorSpec spec, PromptDraw draw, int before, Streams random)
    {
        int growth = Growth.Sample(random.Growth);
        (int tokens, int kept) = Grow(draw.Tree.TokensOf(before), growth, random.System, random.Compactions);
        int shared = Math.Min(kept, draw.Tree.Reach(before));
        return draw.Continue(before, shared, tokens, spec.Output.Sample(random.Outputs), ThinkS.Sample(random.Think));
    }

    /// <summary>One stream a kind of draw, so that a longer trace begins with a shorter one.</summary>
    private sealed class Streams(ulong seed)
    {
        public RandomStream Turns { get; } = RandomStream.Named(seed, "turns");

        public RandomStream Groups { get; } = RandomStream.Named(seed, "groups");

        public RandomStream Systems { get; } = RandomStream.Named(seed, "systems");

        public RandomStream Inputs { get; } = RandomStream.Named(seed, "input");

        public RandomStream Outputs { get; } = RandomStream.Named(seed, "output");

        public RandomStream Growth { get; } = RandomStream.Named(seed, "growth");

        public RandomStream Think { get; } = RandomStream.Named(seed, "think");

        public RandomStream Reuse { get; } = RandomStream.Named(seed, "reuse");

        public RandomStream Compactions { get; } = RandomStream.Named(seed, "compactions");

        /// <summary>Tokens of the system prompt of the chat at hand.</summary>
        public int System { get; set; }
    }
}
