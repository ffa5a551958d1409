namespace ELLM.Sim.Tests.Memory.Prefixes;

/// <summary>A block pool with a prefix cache the slow way: one object a block, named by all tokens up to its end.</summary>
internal sealed class NaiveBlocks
{
    private readonly PromptBook _book;
    private readonly int _blockTokens;
    private readonly List<Block> _free = [];
    private readonly Dictionary<string, Block> _names = [];
    private readonly HashSet<int> _preempted = [];

    public NaiveBlocks(PromptBook book, int blocks, int blockTokens)
    {
        _book = book;
        _blockTokens = blockTokens;
        for (int i = 0; i < blocks; i++)
            _free.Add(new Block());
    }

    public List<Entry> Sequences { get; } = [];

    public int Free => _free.Count;

    public int Evicted { get; private set; }

    /// <summary>Free blocks that somebody could find.</summary>
    public int Idle => _free.Count(b => b.Name is not null && (b.Owner < 0 || _preempted.Contains(b.Owner)));

    /// <summary>References beyond the first.</summary>
    public int Shared => Sequences.SelectMany(s => s.Blocks).Count() - Sequences.SelectMany(s => s.Blocks).Distinct().Count();

    public int Blocks(int tokens) => (tokens + _blockTokens - 1) / _blockTokens;

    public IReadOnlyList<Block> Found(int request, int promptTokens)
    {
        List<Block> found = [];
        for (int end = _blockTokens; end <= promptTokens - 1; end += _blockTokens)
        {
            if (!_names.TryGetValue(_book.Name(request, end), out Block? block))
                break;
            found.Add(block);
        }
        return found;
    }

    /// <summary>Free blocks that an admission takes: new ones, and found ones that nobody holds.</summary>
    public int Needed(int request, int promptTokens, int holdTokens)
    {
        IReadOnlyList<Block> found = Found(request, promptTokens);
        return Blocks(holdTokens) - found.Count + found.Count(b => b.Holders == 0);
    }

    public Entry Admit(int request, int promptTokens, int holdTokens)
    {
        Entry entry = new() { Request = request, Prompt = promptTokens };
        foreach (Block block in Found(request, promptTokens))
        {
            if (block.Holders++ == 0)
                _free.Remove(block);
            entry.Blocks.Add(block);
        }
        entry.Named = entry.Blocks.Count;
        entry.Tokens = entry.Named * _blockTokens;
        _preempted.Remove(request);
        Grow(entry, holdTokens);
        Sequences.Add(entry);
        return entry;
    }

    public void Grow(Entry entry, int tokens)
    {
        while (entry.Blocks.Count < Blocks(tokens))
        {
            Block block = _free[0];
            _free.RemoveAt(0);
            if (block.Name is not null)
            {
                Evicted += block.Owner < 0 || _preempted.Contains(block.Owner) ? 1 : 0;
                Forget(block);
            }
            block.Holders = 1;
            entry.Blocks.Add(block);
        }
    }

    /// <summary>The tokens up to so many are in the blocks: those that are full get their names.</summary>
    public void Fill(Entry entry, int tokens)
    {
        entry.Tokens = tokens;
        for (; !entry.Apart && (entry.Named + 1) * _blockTokens <= tokens; entry.Named++)
        {
            int end = (entry.Named + 1) * _blockTokens;
            string name = _book.Name(entry.Request, end);
            Block own = entry.Blocks[entry.Named];
            if (_names.TryGetValue(name, out Block? there))
            {
                entry.Apart = there.Holders > 0;
                if (entry.Apart)
                    return;
                Forget(there);
            }
            own.Name = name;
            own.Owner = end > _book.Known(entry.Request) ? entry.Request : -1;
            _names[name] = own;
        }
    }

    public void Release(Entry entry, bool preempted)
    {
        if (preempted)
            _preempted.Add(entry.Request);
        for (int i = entry.Blocks.Count - 1; i >= 0; i--)
        {
            if (--entry.Blocks[i].Holders == 0)
                _free.Add(entry.Blocks[i]);
        }
        Sequences.Remove(entry);
    }

    private void Forget(Block block)
    {
        _names.Remove(block.Name!);
        block.Name = null;
    }

    internal sealed class Block
    {
        public string? Name { get; set; }

        /// <summary>The only request that can find it; -1: whoever begins alike.</summary>
        public int Owner { get; set; } = -1;

        public int Holders { get; set; }
    }

    internal sealed class Entry
    {
        public ELLM.Sim.Memory.KvGrant Grant;

        public int Request { get; init; }

        public int Prompt { get; init; }

        public List<Block> Blocks { get; } = [];

        public int Named { get; set; }

        public int Tokens { get; set; }

        public bool Apart { get; set; }

        public bool Decoding { get; set; }
    }
}
