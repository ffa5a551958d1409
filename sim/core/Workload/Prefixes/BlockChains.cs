using System.Globalization;
using ELLM.Sim.Workload.Readers;

namespace ELLM.Sim.Workload.Prefixes;

/// <summary>Prompts as chains of block ids, where an id stands for the whole prefix up to it.</summary>
/// <remarks>
/// An id that came before names the prompt that brought it: all blocks up to it are shared with that prompt. A last block that is not
/// full is shared only by prompts that fill it alike; what no block covers is the prompt's own.
/// </remarks>
/// <param name="tree">Takes the prompts.</param>
/// <param name="blockTokens">Tokens of a full block.</param>
internal sealed class BlockChains(PrefixTreeBuilder tree, int blockTokens)
{
    /// <summary>Before the first block of a prompt.</summary>
    private const long Beginning = long.MinValue;

    private readonly Dictionary<long, Block> _blocks = [];

    /// <summary>Last block that is not full, by its id and the prompt's tokens.</summary>
    private readonly Dictionary<(long Id, int Tokens), int> _partial = [];

    /// <summary>Prompt -> its last full block.</summary>
    private readonly Dictionary<int, long> _ends = [];

    /// <summary>Ids of the prompt at hand that have not come before.</summary>
    private readonly HashSet<long> _fresh = [];

    /// <summary>A prompt and its number in the tree.</summary>
    /// <param name="ids">Its blocks; the last one may be partial.</param>
    /// <param name="tokens">Of the prompt.</param>
    /// <param name="answer">Of its answer.</param>
    /// <param name="before">
    /// Prompt of the session's turn before; -1: none. Where all its full blocks are kept and new ones follow, they go on behind its answer.
    /// </param>
    /// <param name="place">For messages.</param>
    /// <exception cref="InputException">More blocks than tokens, or an id behind another one than where it came first.</exception>
    public int Add(ReadOnlySpan<long> ids, int tokens, int answer, int before, in RowPlace place)
    {
        int most = (int)(((long)tokens + blockTokens - 1) / blockTokens);
        if (ids.Length > most)
        {
            throw place.Error(FormattableString.Invariant($"at most {most} blocks of {blockTokens} for a prompt of {tokens} tokens"),
                FormattableString.Invariant($"{ids.Length} in hash_ids"));
        }
        int full = Math.Min(ids.Length, tokens / blockTokens);
        int known = Check(ids, full, place);
        (int like, int shared) = known > 0 ? (_blocks[ids[known - 1]].Prompt, known * blockTokens) : (-1, 0);
        if (ids.Length > full && _partial.TryGetValue((ids[full], tokens), out int same))
            (like, shared) = (same, tokens);
        else if (before >= 0 && known == tree.TokensOf(before) / blockTokens && (known == 0 || _ends[before] == ids[known - 1]))
            (like, shared) = (before, tree.Reach(before));
        int prompt = tree.Add(like, shared, tokens, answer);
        for (int i = known; i < ids.Length; i++)
        {
            if (!_blocks.TryGetValue(ids[i], out Block block) || (block.Prompt < 0 && i < full))
                _blocks[ids[i]] = new Block(i < full ? prompt : -1, i > 0 ? ids[i - 1] : Beginning);
        }
        if (full > 0)
            _ends[prompt] = ids[full - 1];
        if (ids.Length > full)
            _partial.TryAdd((ids[full], tokens), prompt);
        return prompt;
    }

    /// <summary>Full blocks that came before; refuses an id that follows another one than it did then.</summary>
    private int Check(ReadOnlySpan<long> ids, int full, in RowPlace place)
    {
        int known = 0;
        _fresh.Clear();
        for (int i = 0; i < ids.Length; i++)
        {
            long after = i > 0 ? ids[i - 1] : Beginning;
            if (!_blocks.TryGetValue(ids[i], out Block block))
            {
                if (!_fresh.Add(ids[i]))
                    throw place.Error($"block {Text(ids[i])} once: an id stands for the whole prefix up to it", "it twice in hash_ids");
                continue;
            }
            if (block.After != after)
            {
                throw place.Error(
                    $"block {Text(ids[i])} {Behind(block.After)} as where it came first: an id stands for the whole prefix up to it",
                    $"it {Behind(after)}");
            }
            if (known == i && i < full && block.Prompt >= 0)
                known++;
        }
        return known;
    }

    private static string Behind(long block) => block == Beginning ? "first" : $"behind {Text(block)}";

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    /// <param name="Prompt">That brought it; -1 while it has only come as a last block that is not full.</param>
    /// <param name="After">The block before it.</param>
    private readonly record struct Block(int Prompt, long After);
}
