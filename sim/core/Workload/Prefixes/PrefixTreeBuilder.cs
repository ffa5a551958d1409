namespace ELLM.Sim.Workload.Prefixes;

/// <summary>Makes the tree from prompts that are told one by one, each by an earlier one that it begins like.</summary>
/// <remarks>
/// A prompt is its place on an earlier one and what it adds behind: 16 bytes, whatever its length. Sharing is exact when each is told
/// the earlier prompt that it shares the most with. The tree is cut at the end, where prompts branch or end.
/// </remarks>
internal sealed class PrefixTreeBuilder
{
    private readonly List<Told> _told = [];
    private readonly Dictionary<int, int> _named = [];

    /// <summary>Number of the prompt that is told next.</summary>
    public int Next => _told.Count;

    /// <summary>A prompt that shares nothing with an earlier one.</summary>
    public int Add(int tokens, int answer) => Add(-1, 0, tokens, answer);

    /// <summary>A prompt that begins like an earlier one; its number, from 0.</summary>
    /// <param name="like">Number of the earlier one; -1: none.</param>
    /// <param name="shared">Tokens that both begin with, of <see cref="Reach"/> at most: more than its prompt names its answer.</param>
    /// <param name="tokens">Of the prompt, at least 1.</param>
    /// <param name="answer">Tokens that follow it if a later one names them.</param>
    public int Add(int like, int shared, int tokens, int answer)
    {
        shared = like < 0 ? 0 : Math.Min(Math.Min(shared, tokens), Reach(like));
        if (shared > 0 && shared > _told[like].End)
            _told[like] = _told[like] with { End = Reach(like) };
        _told.Add(new Told(like, shared, tokens, answer, tokens));
        return _told.Count - 1;
    }

    /// <summary>Tokens of a prompt and its answer.</summary>
    public int Reach(int prompt) => (int)Math.Min(int.MaxValue, (long)_told[prompt].Tokens + _told[prompt].Answer);

    /// <summary>The log names only so many tokens of a prompt's beginning; what follows is its own.</summary>
    public void Name(int prompt, int tokens) => _named[prompt] = tokens;

    /// <summary>Tokens of a prompt.</summary>
    public int TokensOf(int prompt) => _told[prompt].Tokens;

    /// <summary>The column of some of the prompts.</summary>
    /// <param name="prompts">Request -> its prompt; -1: nothing is known of it.</param>
    /// <param name="blocks">The blocks that the trace counts in.</param>
    public PromptPrefixes Build(int[] prompts, TraceBlocks blocks)
    {
        long[] ends = Ends();
        int[] parent = new int[ends.Length], tokens = new int[ends.Length];
        for (int node = 0; node < ends.Length; node++)
        {
            int owner = (int)(ends[node] >> 32), end = (int)(ends[node] & int.MaxValue);
            bool first = node == 0 || (int)(ends[node - 1] >> 32) != owner;
            Told told = _told[owner];
            parent[node] = first ? NodeAt(ends, told.Like, told.Shared) : node - 1;
            tokens[node] = end - (first ? told.Shared : (int)(ends[node - 1] & int.MaxValue));
        }
        return new PromptPrefixes(
            new PrefixTree(parent, tokens),
            Array.ConvertAll(prompts, p => p < 0 ? -1 : NodeAt(ends, p, _told[p].Tokens)),
            Array.ConvertAll(prompts, p => p < 0 || _told[p].End == _told[p].Tokens ? -1 : NodeAt(ends, p, _told[p].End)),
            blocks,
            _named.Count == 0 ? null : Array.ConvertAll(prompts, p => p < 0 ? 0 : _named.GetValueOrDefault(p, _told[p].Tokens)));
    }

    /// <summary>Where runs end: the prompt that brought the run's tokens in the upper half, the depth in the lower; ascending.</summary>
    private long[] Ends()
    {
        HashSet<long> ends = [];
        for (int prompt = 0; prompt < _told.Count; prompt++)
        {
            Told told = _told[prompt];
            if (told.Shared > 0)
                ends.Add(Place(told.Like, told.Shared));
            ends.Add(Place(prompt, told.Tokens));
            ends.Add(Place(prompt, told.End));
        }
        long[] sorted = [.. ends];
        Array.Sort(sorted);
        return sorted;
    }

    private int NodeAt(long[] ends, int prompt, int depth) => depth == 0 ? -1 : Array.BinarySearch(ends, Place(prompt, depth));

    /// <summary>The token at a depth of a prompt's path, named by the prompt that brought it.</summary>
    private long Place(int prompt, int depth)
    {
        while (depth <= _told[prompt].Shared)
            prompt = _told[prompt].Like;
        return ((long)prompt << 32) | (uint)depth;
    }

    /// <param name="Like">The earlier prompt.</param>
    /// <param name="Shared">Tokens shared with it.</param>
    /// <param name="Tokens">Of the prompt.</param>
    /// <param name="Answer">Tokens of its answer.</param>
    /// <param name="End">Where what is named of it ends: its prompt, or its answer once a later one names it.</param>
    private readonly record struct Told(int Like, int Shared, int Tokens, int Answer, int End);
}
