namespace ELLM.Sim.Workload.Prefixes;

/// <summary>What a cache would find again, were each request served at an instant, in the order of the trace.</summary>
/// <remarks>A property of the trace: an engine finds less, since requests are in flight together and memory ends.</remarks>
public sealed record PrefixReuse
{
    /// <summary>Sizes of the caches, in blocks, that <see cref="LruHitRatio"/> is of.</summary>
    public static IReadOnlyList<int> LruBlocks { get; } = [1_000, 3_000, 10_000, 30_000, 100_000];

    /// <summary>Requests whose prompt is known.</summary>
    public required int Requests { get; init; }

    /// <summary>Tokens of a block, as the trace counts them; 0: it does not count in blocks.</summary>
    public required int BlockTokens { get; init; }

    /// <summary>Tokens of their prompts, and those that an earlier prompt began with.</summary>
    public required long Tokens { get; init; }

    public required long HitTokens { get; init; }

    /// <summary>Blocks of their prompts, and those that came in an earlier prompt.</summary>
    public long Blocks { get; init; }

    public long HitBlocks { get; init; }

    /// <summary>Share of the blocks that a cache of so many blocks finds which forgets the one that was used longest ago.</summary>
    public IReadOnlyList<double> LruHitRatio { get; init; } = [];

    /// <summary>Null where the trace knows no prompts.</summary>
    public static PrefixReuse? Of(Trace trace)
    {
        if (trace.Find<PromptPrefixes>() is not { } prefixes)
            return null;
        TraceBlocks blocks = prefixes.Blocks;
        bool[] seen = new bool[prefixes.Tree.Count];
        long tokens = 0, hitTokens = 0, all = 0, hits = 0;
        int requests = 0;
        foreach (int prompt in prefixes.Prompt)
        {
            if (prompt < 0)
                continue;
            int shared = Enter(prefixes.Tree, seen, prompt), length = prefixes.Tree.Depth[prompt];
            requests++;
            tokens += length;
            hitTokens += shared;
            if (blocks.Tokens > 0)
            {
                all += blocks.Of(length);
                hits += shared == length ? blocks.Of(length) : shared / blocks.Tokens;
            }
        }
        return new PrefixReuse
        {
            Requests = requests,
            BlockTokens = blocks.Tokens,
            Tokens = tokens,
            HitTokens = hitTokens,
            Blocks = all,
            HitBlocks = hits,
            LruHitRatio = all > 0 ? BlockLru.HitRatios(prefixes, LruBlocks) : [],
        };
    }

    /// <summary>Marks the runs of a prompt; the tokens of those that were marked.</summary>
    private static int Enter(PrefixTree tree, bool[] seen, int prompt)
    {
        int node = prompt;
        for (; node >= 0 && !seen[node]; node = tree.Parent[node])
            seen[node] = true;
        return node < 0 ? 0 : tree.Depth[node];
    }
}
