using ELLM.Sim.Workload.Sessions;

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

    /// <summary>Tokens of their prompts that the log names, and those of them that an earlier prompt began with.</summary>
    public required long Tokens { get; init; }

    public required long HitTokens { get; init; }

    /// <summary>Blocks of their prompts, and those that came in an earlier prompt.</summary>
    public long Blocks { get; init; }

    public long HitBlocks { get; init; }

    /// <summary>Those of turns that wait for an earlier one of their session.</summary>
    public long LaterBlocks { get; init; }

    public long HitLaterBlocks { get; init; }

    /// <summary>Share of the blocks that a cache of so many blocks finds which forgets the one that was used longest ago.</summary>
    public IReadOnlyList<double> LruHitRatio { get; init; } = [];

    /// <summary>Null where the trace knows no prompts.</summary>
    public static PrefixReuse? Of(Trace trace)
    {
        if (trace.Find<PromptPrefixes>() is not { } prefixes)
            return null;
        TraceBlocks blocks = prefixes.Blocks;
        HashSet<int> later = [.. trace.Find<SessionPlan>()?.Next ?? []];
        bool[] seen = new bool[prefixes.Tree.Count], ended = new bool[prefixes.Tree.Count];
        long tokens = 0, hitTokens = 0, all = 0, hits = 0, allLater = 0, hitsLater = 0;
        int requests = 0;
        for (int request = 0; request < trace.Count; request++)
        {
            int prompt = prefixes.Prompt[request];
            if (prompt < 0)
                continue;
            int shared = Enter(prefixes.Tree, seen, prompt), length = prefixes.Tree.Depth[prompt];
            requests++;
            int named = prefixes.NamedTokens(request);
            tokens += named;
            hitTokens += Math.Min(shared, named);
            if (blocks.Tokens > 0)
            {
                // A last block that is not full is found where an earlier prompt filled it alike.
                int own = blocks.Of(length), found = shared == length && ended[prompt] ? own : shared / blocks.Tokens;
                ended[prompt] = true;
                all += own;
                hits += found;
                allLater += later.Contains(request) ? own : 0;
                hitsLater += later.Contains(request) ? found : 0;
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
            LaterBlocks = allLater,
            HitLaterBlocks = hitsLater,
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
