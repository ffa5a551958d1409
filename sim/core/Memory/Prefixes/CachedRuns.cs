namespace ELLM.Sim.Memory.Prefixes;

/// <summary>What a cache keeps of a run of tokens. A unit belongs to the run that holds its last token.</summary>
internal struct CachedRun
{
    /// <summary>The run before it; -1 at a root.</summary>
    public int Parent;

    /// <summary>Units before its first.</summary>
    public int First;

    public int Units;

    /// <summary>Of these, from the first on, those in memory.</summary>
    public int Cached;

    /// <summary>The most that ever were.</summary>
    public int Ever;

    /// <summary>Sequences that hold all of its units.</summary>
    public int Whole;

    /// <summary>First of the sequences that hold some of its units; 0: there is none.</summary>
    public int Partly;

    /// <summary>Its free units, as a piece of the <see cref="FreeList"/>: the one nearest to the root; 0: none is free.</summary>
    public int Pieces;
}

/// <summary>The runs of a trace's prompts, and a run for each preempted request's own tokens.</summary>
internal sealed class CachedRuns
{
    private readonly Stack<int> _unused = new();
    private readonly int _shared;
    private CachedRun[] _runs;
    private int _count;

    public CachedRuns(PromptChains prompts, KvGrowth sizes)
    {
        _shared = _count = prompts.Parent.Length;
        _runs = new CachedRun[_count];
        for (int i = 0; i < _count; i++)
        {
            int parent = prompts.Parent[i];
            int first = parent < 0 ? 0 : _runs[parent].First + _runs[parent].Units;
            _runs[i] = new CachedRun { Parent = parent, First = first, Units = (int)sizes.Filled(prompts.Depth[i]) - first };
        }
    }

    public ref CachedRun this[int run] => ref _runs[run];

    /// <summary>Units from the root to the end of a run; 0 for none.</summary>
    public int End(int run) => run < 0 ? 0 : _runs[run].First + _runs[run].Units;

    /// <summary>A run for tokens that only one request has.</summary>
    public int Add(int parent, int units)
    {
        if (!_unused.TryPop(out int run))
        {
            if (_count == _runs.Length)
                Array.Resize(ref _runs, Math.Max(16, _count * 2));
            run = _count++;
        }
        _runs[run] = new CachedRun { Parent = parent, First = End(parent), Units = units, Cached = units };
        return run;
    }

    /// <summary>Whether a run is of one request alone.</summary>
    public bool IsOwn(int run) => run >= _shared;

    public void Remove(int run) => _unused.Push(run);
}
