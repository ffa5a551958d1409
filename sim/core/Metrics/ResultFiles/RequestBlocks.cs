using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.ResultFiles;

/// <summary>Says, while a run goes on, which blocks of its records are complete, so that they can be written beside it.</summary>
/// <remarks>
/// The run's threads tell, one writer waits. A block is complete when each of its requests has ended; blocks are handed on in their
/// order, and those that are left when the run is over, requests without an end among them, all at once.
/// </remarks>
public sealed class RequestBlocks : IDisposable
{
    /// <summary>Requests of a block.</summary>
    public const int Rows = 1 << Shift;

    private const int Shift = 14;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _news = new(0);
    private RequestRecord[] _records = [];

    /// <summary>Requests of each block that have not ended.</summary>
    private int[] _left = [];
    private int _complete;
    private bool _failed;

    /// <summary>The run is over: every block is complete.</summary>
    public bool Over { get; private set; }

    public RequestRecord[] Records
    {
        get
        {
            lock (_gate)
                return _records;
        }
    }

    /// <summary>A run starts whose records these are.</summary>
    public void Begin(RequestRecord[] records)
    {
        lock (_gate)
            _records = records;
        _left = new int[(records.Length + Rows - 1) >> Shift];
        Array.Fill(_left, Rows);
        if (_left.Length > 0)
            _left[^1] = records.Length - ((_left.Length - 1) << Shift);
    }

    /// <summary>A request has ended; its record will not change.</summary>
    public void Ended(int request)
    {
        if (Interlocked.Decrement(ref _left[request >> Shift]) == 0)
            HandOn();
    }

    /// <summary>The run is over; it may have been one that never began to tell.</summary>
    public void End(RequestRecord[] records)
    {
        lock (_gate)
        {
            _records = records;
            Over = true;
        }
        _news.Release();
    }

    /// <summary>The run has failed: there is nothing to write.</summary>
    public void Fail()
    {
        lock (_gate)
            _failed = Over = true;
        _news.Release();
    }

    /// <summary>Waits until the run is over or more blocks than these are complete. Returns how many are.</summary>
    /// <exception cref="OperationCanceledException">The run has failed.</exception>
    public int WaitBeyond(int blocks)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_failed)
                    throw new OperationCanceledException("the run whose requests are written has failed");
                if (Over || _complete > blocks)
                    return _complete;
            }
            _news.Wait();
        }
    }

    private void HandOn()
    {
        lock (_gate)
        {
            while (_complete < _left.Length && _left[_complete] == 0)
                _complete++;
        }
        _news.Release();
    }

    public void Dispose() => _news.Dispose();
}
