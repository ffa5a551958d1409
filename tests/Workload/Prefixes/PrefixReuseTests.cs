using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Prefixes;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload.Prefixes;

/// <summary>What `trace stats` says of prompts that begin alike, against lists of blocks counted one by one.</summary>
internal sealed class PrefixReuseTests
{
    [FsCheck.NUnit.Property(Replay = "20240901,77", MaxTest = 300)]
    public void Runs_and_lists_of_blocks_count_alike((byte From, byte Keep, byte More, byte Tail)[] told)
    {
        (List<long[]> chains, List<int> tokens) = Chains(told);
        Assume.That(chains, Is.Not.Empty);
        PrefixTreeBuilder tree = new();
        BlockChains blocks = new(tree, Size);
        int[] prompts = [.. chains.Select((ids, i) => blocks.Add(ids, tokens[i], 0, -1, default))];
        PromptPrefixes prefixes = tree.Build(prompts, new TraceBlocks(Size, Partial: true));
        Trace trace = new("t", new long[prompts.Length], [.. tokens], [.. tokens]) { Columns = [prefixes] };
        PrefixReuse reuse = PrefixReuse.Of(trace)!;

        HashSet<long> seen = [];
        long all = 0, hits = 0, hitTokens = 0;
        for (int i = 0; i < chains.Count; i++)
        {
            for (int b = 0; b < chains[i].Length; b++)
            {
                all++;
                if (seen.Add(chains[i][b]))
                    continue;
                hits++;
                hitTokens += Math.Min(Size, tokens[i] - (b * Size));
            }
        }
        Assert.That((reuse.Blocks, reuse.HitBlocks, reuse.HitTokens), Is.EqualTo((all, hits, hitTokens)));
        Assert.That(prefixes.Prompt.Select(p => prefixes.Tree.Depth[p]), Is.EqualTo(tokens));
        int[] sizes = [1, 2, 3, 7, 20];
        Assert.That(BlockLru.HitRatios(prefixes, sizes), Is.EqualTo(sizes.Select(s => (double)LruHits(chains, s) / all)));
    }

    private const int Size = 4;

    /// <summary>Prompts that keep some blocks of an earlier one and go on with new ones; equal ids are filled alike.</summary>
    private static (List<long[]> Chains, List<int> Tokens) Chains((byte From, byte Keep, byte More, byte Tail)[] told)
    {
        List<long[]> chains = [];
        List<int> tokens = [];
        long next = 0;
        foreach ((byte from, byte keep, byte more, byte tail) in told)
        {
            int earlier = chains.Count == 0 ? -1 : from % chains.Count;
            int whole = earlier < 0 ? 0 : tokens[earlier] / Size;
            List<long> ids = earlier < 0 ? [] : [.. chains[earlier].Take(keep % (whole + 1))];
            for (int i = 0; i < more % 6; i++)
                ids.Add(next++);
            int length = ids.Count * Size;
            if (tail % Size > 0)
            {
                ids.Add(next++);
                length += tail % Size;
            }
            else if (keep > 200 && earlier >= 0)
            {
                (ids, length) = ([.. chains[earlier]], tokens[earlier]);
            }
            if (length == 0)
                continue;
            chains.Add([.. ids]);
            tokens.Add(length);
        }
        return (chains, tokens);
    }

    private static long LruHits(List<long[]> chains, int size)
    {
        LinkedList<long> order = new();
        long hits = 0;
        foreach (long id in chains.SelectMany(c => c))
        {
            if (order.Remove(id))
                hits++;
            order.AddFirst(id);
            if (order.Count > size)
                order.RemoveLast();
        }
        return hits;
    }
}
