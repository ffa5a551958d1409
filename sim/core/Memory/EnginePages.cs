namespace ELLM.Sim.Memory;

/// <summary>The pages one engine has mapped: which blocks of them are used, which pages wait in reserve.</summary>
/// <remarks>
/// <para>Blocks are handed out one by one, each from the page that <see cref="PageOptions.Choice"/> picks. A page whose last block is
/// returned goes to the reserve while that is below its maximum, else back to the GPU: one surviving block pins its page.</para>
/// <para>A page comes from the reserve; taking it below the minimum makes the background thread map more while the GPU has them. With
/// an empty reserve the page is mapped at once and <see cref="ReadyPs"/> says when.</para>
/// </remarks>
public sealed class EnginePages
{
    private readonly GpuPages _gpu;
    private readonly PageOptions _options;

    /// <summary>Instants at which the pages in reserve are, or were, mapped.</summary>
    private readonly List<long> _reserve = [];

    /// <summary>Pages with a free block, best first.</summary>
    private readonly SortedSet<(long Rank, int Page)> _partial = [];
    private readonly Stack<int> _unusedIds = new();
    private readonly List<int> _used = [];
    private readonly List<long> _rank = [];
    private long _stamp;
    private long _integratedToPs;

    public EnginePages(GpuPages gpu, PageOptions options)
    {
        _gpu = gpu;
        _options = options;
        gpu.Promise(options.ReserveMax * options.PageBytes);
        // The first reserve is mapped while the engine starts, before the first request.
        while (_reserve.Count < options.ReserveMin && gpu.TryTake(options.PageBytes))
            _reserve.Add(gpu.NowPs);
        MappedPages = PeakPages = _reserve.Count;
    }

    /// <summary>Pages with at least one block free or used, the reserve not counted.</summary>
    public int OpenPages { get; private set; }

    public int ReservePages => _reserve.Count;

    public int HeldPages => OpenPages + _reserve.Count;

    public long HeldBytes => HeldPages * _options.PageBytes;

    public int PeakPages { get; private set; }

    /// <summary>Blocks handed out.</summary>
    public long UsedBlocks { get; private set; }

    /// <summary>Free blocks of open pages.</summary>
    public long OpenBlocks => ((long)OpenPages * _options.BlocksPerPage) - UsedBlocks;

    /// <summary>Blocks that could be handed out now: of open pages, of the reserve, of what the GPU has left.</summary>
    public long FreeBlocks => OpenBlocks + ((_reserve.Count + (_gpu.FreeBytes / _options.PageBytes)) * _options.BlocksPerPage);

    /// <summary>When the memory work asked for since the last reset is done; 0 when there was none to wait for.</summary>
    public long ReadyPs { get; private set; }

    public long MappedPages { get; private set; }

    public long UnmappedPages { get; private set; }

    /// <summary>Time integral of <see cref="HeldPages"/> up to the GPU's present instant, page-picoseconds.</summary>
    public Int128 HeldIntegral { get; private set; }

    /// <summary>Takes a block. Returns its page.</summary>
    public int TakeBlock()
    {
        if (_partial.Count == 0)
            OpenPage();
        (long rank, int page) = _partial.Min;
        _partial.Remove((rank, page));
        _used[page]++;
        UsedBlocks++;
        if (_used[page] < _options.BlocksPerPage)
            Rank(page, _options.Choice == PageChoice.Latest ? rank : _options.BlocksPerPage - _used[page]);
        return page;
    }

    public void ReturnBlock(int page)
    {
        bool wasFull = _used[page] == _options.BlocksPerPage;
        if (!wasFull)
            _partial.Remove((_rank[page], page));
        _used[page]--;
        UsedBlocks--;
        if (_used[page] == 0)
            ClosePage(page);
        else if (_options.Choice == PageChoice.Fullest)
            Rank(page, _options.BlocksPerPage - _used[page]);
        else
            Rank(page, wasFull ? --_stamp : _rank[page]);
    }

    /// <summary>Blocks used on a page.</summary>
    public int UsedOn(int page) => _used[page];

    /// <summary>Opens pages until that many blocks are free on open ones.</summary>
    public void Open(long blocks)
    {
        while (OpenBlocks < blocks)
            OpenPage();
    }

    /// <summary>Says when the memory work since the last call is done, and forgets it.</summary>
    public long TakeReady()
    {
        long ready = ReadyPs;
        ReadyPs = 0;
        return ready;
    }

    /// <summary>Brings <see cref="HeldIntegral"/> up to date.</summary>
    public void Integrate()
    {
        HeldIntegral += Math.BigMul(_gpu.NowPs - _integratedToPs, HeldPages);
        _integratedToPs = _gpu.NowPs;
    }

    private void OpenPage()
    {
        Integrate();
        if (_reserve.Count > 0)
        {
            long earliest = _reserve.Min();
            _reserve.Remove(earliest);
            Await(earliest);
        }
        else
        {
            if (!_gpu.TryTake(_options.PageBytes))
                throw new InvalidOperationException($"a page of {_options.PageBytes} bytes is wanted but {_gpu.FreeBytes} are free");
            MappedPages++;
            Await(_gpu.Call(_options.MapPs));
        }
        OpenPages++;
        if (!_unusedIds.TryPop(out int page))
        {
            page = _used.Count;
            _used.Add(0);
            _rank.Add(0);
        }
        Rank(page, _options.Choice == PageChoice.Latest ? --_stamp : _options.BlocksPerPage);
        Refill();
    }

    private void ClosePage(int page)
    {
        Integrate();
        _unusedIds.Push(page);
        OpenPages--;
        if (_reserve.Count < _options.ReserveMax)
        {
            _reserve.Add(_gpu.NowPs);
            return;
        }
        _gpu.Return(_options.PageBytes);
        UnmappedPages++;
        long done = _gpu.Call(_options.UnmapPs);
        if (_options.UnmapsSync)
            Await(done);
    }

    private void Refill()
    {
        while (_reserve.Count < _options.ReserveMin && _gpu.TryTake(_options.PageBytes))
        {
            MappedPages++;
            _reserve.Add(_gpu.Call(_options.MapPs));
        }
        PeakPages = Math.Max(PeakPages, HeldPages);
    }

    private void Await(long ps) => ReadyPs = Math.Max(ReadyPs, ps);

    private void Rank(int page, long rank)
    {
        _rank[page] = rank;
        _partial.Add((rank, page));
    }
}
