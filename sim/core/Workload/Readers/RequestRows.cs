using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Workload.Readers;

/// <summary>Collects the rows of a file into columns and counts those it leaves out.</summary>
internal sealed class RequestRows(TraceReadOptions options)
{
    // Beyond the limit so many further rows are read in search of earlier arrivals; a log that was in order that far stays so.
    private const long LookBeyond = 1 << 20;

    // Inversions may step back from the first row; half the clock is room enough.
    private const long MaxBackPs = long.MaxValue / 2;

    private const int BytesPerRow = sizeof(long) + 3 * sizeof(int);

    private readonly long[] _dropped = new long[DropReasons.Count];
    private long[] _offsetPs = new long[1024];
    private int[] _input = new int[1024];
    private int[] _output = new int[1024];
    private bool _hasBase;
    private readonly long _wanted = options.Limit is long limit && options.Window is null ? limit + (options.Skip ?? 0) : long.MaxValue;

    /// <summary>Latest time of the first rows that are wanted, and the number of rows up to the last one that came before it.</summary>
    private long _latestWanted = long.MinValue;
    private long _afterEarly;
    private bool _hasSpan;
    private Int128 _earliestPs;
    private Int128 _latestPs;

    public int Count { get; private set; }

    public long RowsRead { get; private set; }

    /// <summary>Time of the first row that had one; the offsets count from it.</summary>
    public Int128 BasePs { get; private set; }

    public long ZeroOutputKept { get; private set; }

    /// <summary>
    /// No further row can be among the first of the limit: so many were read beyond it without one that is earlier than those kept.
    /// A stream that cannot be read twice and may have no end stops at the limit.
    /// </summary>
    public bool Full => Count >= _wanted && (Endless || Count - Math.Max(_wanted, _afterEarly) >= LookBeyond);

    /// <summary>Rows that come from a pipe, which may never end.</summary>
    public bool Endless { get; init; }

    /// <summary>Some time has digits behind its decimal point other than zeros.</summary>
    public bool HasFractions { get; set; }

    /// <summary>Rows that were left out because they lie beyond the clock.</summary>
    public long BeyondClock => _dropped[(int)DropReason.BeyondClock];

    /// <summary>From the earliest to the latest row, those beyond the clock included.</summary>
    public Int128 SpanPs => _latestPs - _earliestPs;

    public ReadOnlySpan<long> OffsetPs => _offsetPs.AsSpan(0, Count);

    public ReadOnlySpan<int> Input => _input.AsSpan(0, Count);

    public ReadOnlySpan<int> Output => _output.AsSpan(0, Count);

    public ModelColumnBuilder Models { get; } = new();

    public PromptColumnBuilder Prompts { get; } = new();

    public SessionColumnBuilder Sessions { get; } = new();

    public List<string> Notes { get; } = [];

    /// <summary>Of a second file that the rows depend on; null: there is none.</summary>
    public string? BesideSha256 { get; set; }

    public IReadOnlyList<DroppedRows> Dropped()
    {
        List<DroppedRows> drops = [];
        for (int i = 0; i < _dropped.Length; i++)
        {
            if (_dropped[i] > 0)
                drops.Add(new DroppedRows(DropReasons.Describe((DropReason)i), _dropped[i]));
        }
        return drops;
    }

    /// <summary>A row whose time cannot be known.</summary>
    public void AddUntimed()
    {
        RowsRead++;
        _dropped[(int)DropReason.Untimed]++;
    }

    /// <summary>Keeps the row or counts why not. True if it was kept.</summary>
    /// <param name="model">From <see cref="Models"/>; -1 when the row names none.</param>
    /// <param name="prompt">From <see cref="Prompts"/>; -1 when nothing is known of it.</param>
    /// <param name="turn">Its place in a closed session; null: it is of none.</param>
    public bool Add(Int128 timePs, int input, int output, int model = -1, int prompt = -1, TurnOf? turn = null)
    {
        RowsRead++;
        if (!_hasBase)
        {
            _hasBase = true;
            BasePs = timePs;
        }
        if (input < 0 || output < 0)
            return Drop(DropReason.CountMissing);
        if (input == 0)
            return Drop(output == 0 ? DropReason.NoTokens : DropReason.NoInput);
        if (output == 0)
        {
            if (options.ZeroOutput == ZeroOutputPolicy.Drop)
                return Drop(DropReason.NoOutput);
            output = 1;
            ZeroOutputKept++;
        }
        _earliestPs = _hasSpan && _earliestPs < timePs ? _earliestPs : timePs;
        _latestPs = _hasSpan && _latestPs > timePs ? _latestPs : timePs;
        _hasSpan = true;
        Int128 offset = timePs - BasePs;
        if (offset > long.MaxValue || offset < -MaxBackPs)
            return Drop(DropReason.BeyondClock);
        if (Count == _offsetPs.Length)
            Grow();
        _offsetPs[Count] = (long)offset;
        _input[Count] = input;
        _output[Count] = output;
        Models.Set(Count, model);
        Prompts.Set(Count, prompt);
        Sessions.Set(Count, turn);
        if (Count < _wanted)
            _latestWanted = Math.Max(_latestWanted, (long)offset);
        else if ((long)offset < _latestWanted)
            _afterEarly = Count;
        Count++;
        return true;
    }

    private bool Drop(DropReason reason)
    {
        _dropped[(int)reason]++;
        return false;
    }

    private void Grow()
    {
        long rows = _offsetPs.Length * 2L;
        // The rows are copied once more when they are put in order.
        if (rows > Array.MaxLength || rows * BytesPerRow * 2 > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
            throw new InputException($"{Count} requests were read and there is no memory for more: lower --limit");
        int size = (int)rows;
        Array.Resize(ref _offsetPs, size);
        Array.Resize(ref _input, size);
        Array.Resize(ref _output, size);
    }
}
