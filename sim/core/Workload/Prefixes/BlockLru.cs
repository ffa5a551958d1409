namespace ELLM.Sim.Workload.Prefixes;

/// <summary>Caches of several sizes that forget the block used longest ago, in one pass over the blocks of all prompts.</summary>
/// <remarks>
/// One list from the block used last to the one used longest ago serves all sizes: a cache of n blocks holds its first n. Each block
/// knows the smallest cache that holds it, so a use costs a step for each size it passes.
/// </remarks>
internal sealed class BlockLru
{
    private const byte NeverUsed = byte.MaxValue;

    private readonly IReadOnlyList<int> _sizes;
    private readonly int[] _newer;
    private readonly int[] _older;

    /// <summary>Block -> index of the smallest cache that holds it; as many as there are sizes: none does.</summary>
    private readonly byte[] _band;

    /// <summary>Size -> its last block; -1 until it is full.</summary>
    private readonly int[] _last;
    private readonly long[] _hits;
    private int _newest = -1;
    private int _oldest = -1;
    private int _used;

    private BlockLru(int blocks, IReadOnlyList<int> sizes)
    {
        _sizes = sizes;
        _newer = new int[blocks];
        _older = new int[blocks];
        _band = new byte[blocks];
        Array.Fill(_band, NeverUsed);
        _last = new int[sizes.Count];
        Array.Fill(_last, -1);
        _hits = new long[sizes.Count];
    }

    /// <summary>Shares of the blocks that are found, for each size.</summary>
    /// <param name="prefixes">The prompts in order, whose log counts in blocks.</param>
    /// <param name="sizes">In blocks, ascending.</param>
    public static double[] HitRatios(PromptPrefixes prefixes, IReadOnlyList<int> sizes)
    {
        PrefixTree tree = prefixes.Tree;
        int size = prefixes.Blocks.Tokens;
        // A full block belongs to the run that holds its last token; behind them comes a block for prompts that end in a partial one.
        int[] first = new int[tree.Count + 1];
        for (int node = 0; node < tree.Count; node++)
        {
            int before = tree.Depth[node] - tree.Tokens[node];
            first[node + 1] = checked(first[node] + (tree.Depth[node] / size) - (before / size) + 1);
        }
        BlockLru lru = new(first[^1], sizes);
        List<int> path = [];
        long blocks = 0;
        foreach (int prompt in prefixes.Prompt)
        {
            path.Clear();
            for (int node = prompt; node >= 0; node = tree.Parent[node])
                path.Add(node);
            for (int i = path.Count - 1; i >= 0; i--)
            {
                int node = path[i], full = first[node + 1] - first[node] - 1;
                int uses = i == 0 && prefixes.Blocks.Partial && tree.Depth[node] % size > 0 ? full + 1 : full;
                for (int block = 0; block < uses; block++)
                    lru.Use(first[node] + block);
                blocks += uses;
            }
        }
        return Array.ConvertAll(lru._hits, hits => blocks > 0 ? (double)hits / blocks : 0);
    }

    private void Use(int block)
    {
        int none = _sizes.Count, band = Math.Min((int)_band[block], none);
        for (int size = band; size < none; size++)
            _hits[size]++;
        if (block == _newest)
            return;
        bool isNew = _band[block] == NeverUsed;
        if (!isNew)
            Unlink(block, band);
        _older[block] = _newest;
        _newer[block] = -1;
        if (_newest >= 0)
            _newer[_newest] = block;
        else
            _oldest = block;
        _newest = block;
        _band[block] = 0;
        Shift(band);
        if (!isNew)
            return;
        _used++;
        for (int size = 0; size < none; size++)
        {
            if (_sizes[size] == _used)
                _last[size] = _oldest;
        }
    }

    private void Unlink(int block, int band)
    {
        int newer = _newer[block], older = _older[block];
        if (band < _last.Length && _last[band] == block)
            _last[band] = newer;
        _older[newer] = older;
        if (older >= 0)
            _newer[older] = newer;
        else
            _oldest = newer;
    }

    /// <summary>Each cache that did not hold the block now used gives its last one to the next size.</summary>
    private void Shift(int band)
    {
        for (int size = 0; size < band; size++)
        {
            int falls = _last[size];
            if (falls < 0)
                return;
            _band[falls] = (byte)(size + 1);
            _last[size] = _newer[falls];
        }
    }
}
