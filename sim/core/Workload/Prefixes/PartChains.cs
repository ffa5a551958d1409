using ELLM.Sim.Workload.Readers;

namespace ELLM.Sim.Workload.Prefixes;

/// <summary>Prompts made of parts with an id for their content: what is alike is what stands behind equal parts in equal order.</summary>
/// <remarks>Tokens behind the last part, such as those of a chat template, are the prompt's own.</remarks>
/// <param name="tree">Takes the prompts.</param>
/// <param name="tokensOf">Part -> its tokens.</param>
internal sealed class PartChains(PrefixTreeBuilder tree, IReadOnlyDictionary<long, int> tokensOf)
{
    private readonly Dictionary<(int Before, long Part), int> _places = [];
    private readonly List<(int Prompt, int Depth)> _known = [];

    /// <summary>A prompt and its number in the tree.</summary>
    /// <param name="parts">In the order in which they stand in the prompt.</param>
    /// <exception cref="InputException">A part of unknown length, or parts that are longer than the prompt.</exception>
    public int Add(IReadOnlyList<long> parts, int tokens, int answer, in RowPlace place)
    {
        int at = -1, depth = 0, shared = 0, like = -1, prompt = tree.Next;
        foreach (long part in parts)
        {
            if (!tokensOf.TryGetValue(part, out int length))
                throw place.Error("parts whose lengths are known", FormattableString.Invariant($"part {part}, which has none"));
            depth = (int)Math.Min(int.MaxValue, (long)depth + length);
            bool known = _places.TryGetValue((at, part), out int next);
            if (!known)
            {
                next = _known.Count;
                _known.Add((prompt, depth));
                _places.Add((at, part), next);
            }
            else if (_known[next].Prompt < prompt)
            {
                (like, shared) = _known[next];
            }
            at = next;
        }
        if (depth > tokens)
        {
            throw place.Error(FormattableString.Invariant($"parts of at most {tokens} tokens, as long as the prompt"),
                FormattableString.Invariant($"parts of {depth}"));
        }
        tree.Name(prompt, depth);
        return tree.Add(like, shared, tokens, answer);
    }
}
