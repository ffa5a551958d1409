using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>Groups of prompts behind a system prompt of the group's own: each request asks one of them, all equally likely.</summary>
/// <remarks>
/// As the shared-prefix data of inference-perf has them (kubernetes-sigs/inference-perf). The workload's input lengths are those of the
/// questions; a prompt is the system prompt and its question, and comes again word for word.
/// </remarks>
/// <param name="Groups">Different system prompts.</param>
/// <param name="PromptsPerGroup">Different questions behind each.</param>
/// <param name="SystemTokens">Length of a group's system prompt.</param>
public sealed record SharedPrefixPrompts(int Groups, int PromptsPerGroup, LengthSpec SystemTokens) : PromptSpec
{
    public override bool StartsSessions => false;

    internal override PromptDraw Draw(GeneratorSpec spec, int count, ulong seed)
    {
        RandomStream picks = RandomStream.Named(seed, "prompts"), systems = RandomStream.Named(seed, "systems");
        RandomStream inputs = RandomStream.Named(seed, "input"), outputs = RandomStream.Named(seed, "output");
        Dictionary<int, (int System, int Prompt)> groups = [];
        Dictionary<(int Group, int Question), int> prompts = [];
        PromptDraw draw = new();
        while (draw.Count < count)
        {
            int group = (int)picks.NextBelow((ulong)Groups), question = (int)picks.NextBelow((ulong)PromptsPerGroup);
            int output = spec.Output.Sample(outputs);
            if (prompts.TryGetValue((group, question), out int same))
            {
                draw.Start(same, draw.Tree.TokensOf(same), draw.Tree.TokensOf(same), output);
                continue;
            }
            bool known = groups.TryGetValue(group, out (int System, int Prompt) first);
            int system = known ? first.System : SystemTokens.Sample(systems);
            int input = (int)Math.Min(int.MaxValue, (long)system + spec.Input.Sample(inputs));
            int prompt = draw.Start(known ? first.Prompt : -1, known ? system : 0, input, output);
            groups.TryAdd(group, (system, prompt));
            prompts.Add((group, question), prompt);
        }
        return draw;
    }

    internal override void Check(string where)
    {
        base.Check(where);
        AtLeastOne(Groups, $"{where}.groups");
        AtLeastOne(PromptsPerGroup, $"{where}.prompts_per_group");
        SystemTokens.Check($"{where}.system_tokens");
    }
}
