namespace ELLM.Sim.Memory.Prefixes;

/// <summary>Units that no sequence holds, in the order in which they are taken: those that became free first come first.</summary>
/// <remarks>
/// Units of a run that became free together are one piece, the deepest first, so that what is behind a unit never outlives it; units
/// without a name lie between them. A run's pieces are ordered the same way: the deeper, the earlier in the list.
/// </remarks>
internal sealed class FreeList
{
    private readonly CachedRuns _runs;

    /// <summary>The first is no piece: it stands before the first and behind the last of the list.</summary>
    private Piece[] _pieces = new Piece[16];
    private int _count = 1;
    private readonly bool _namedOnly;
    private int _unused;

    /// <param name="units">Units of the pool; null: units without a name are counted elsewhere, and the list has those with one.</param>
    public FreeList(CachedRuns runs, long? units)
    {
        _runs = runs;
        _namedOnly = units is null;
        AddNameless(units ?? 0);
    }

    public long Units { get; private set; }

    /// <summary>Of these, units with a name: what is cached and idle.</summary>
    public long Named { get; private set; }

    /// <summary>Units that lost their name because they were taken.</summary>
    public long Evicted { get; private set; }

    /// <summary>A run's units from <paramref name="from"/> to <paramref name="to"/> become free, behind all others.</summary>
    public void Add(int run, int from, int to)
    {
        int piece = Insert(_pieces[0].Before);
        _pieces[piece].Run = run;
        _pieces[piece].From = from;
        _pieces[piece].To = to;
        _pieces[piece].Deeper = _runs[run].Pieces;
        _runs[run].Pieces = piece;
        Units += to - from;
        Named += to - from;
    }

    /// <summary>Units without a name become free, behind all others.</summary>
    public void AddNameless(long units)
    {
        if (units == 0 || _namedOnly)
            return;
        Units += units;
        Nameless(_pieces[0].Before, (int)units);
    }

    /// <summary>The first units of the list are taken; those with a name lose it.</summary>
    public void Take(long units)
    {
        if (units > Units)
            throw new InvalidOperationException($"taking {units} units but {Units} are free");
        Units -= units;
        while (units > 0)
        {
            int piece = _pieces[0].After;
            ref Piece first = ref _pieces[piece];
            int taken = (int)Math.Min(units, first.To - first.From);
            units -= taken;
            first.To -= taken;
            if (first.Run >= 0)
            {
                _runs[first.Run].Cached -= taken;
                Named -= taken;
                Evicted += taken;
            }
            if (first.To == first.From)
                Drop(piece);
        }
    }

    /// <summary>The free units of a run nearest to the root are held again.</summary>
    public void Hold(int run, int units)
    {
        Units -= units;
        Named -= units;
        while (units > 0)
        {
            int piece = Nearest(run);
            ref Piece nearest = ref _pieces[piece];
            int held = Math.Min(units, nearest.To - nearest.From);
            units -= held;
            nearest.From += held;
            if (nearest.To == nearest.From)
                Drop(piece);
        }
    }

    /// <summary>The free units of a run nearest to the root lose their name where they are.</summary>
    public void Forget(int run, int units)
    {
        Named -= units;
        while (units > 0)
        {
            int piece = Nearest(run);
            int forgotten = Math.Min(units, _pieces[piece].To - _pieces[piece].From);
            units -= forgotten;
            _pieces[piece].From += forgotten;
            if (_namedOnly)
                Units -= forgotten;
            else
                Nameless(piece, forgotten);
            if (_pieces[piece].To == _pieces[piece].From)
                Drop(piece);
        }
    }

    private int Nearest(int run) =>
        _runs[run].Pieces is > 0 and int piece ? piece : throw new InvalidOperationException("units that are held are not free");

    private void Nameless(int after, int units)
    {
        if (after != 0 && _pieces[after].Run < 0)
        {
            _pieces[after].To += units;
            return;
        }
        int piece = Insert(after);
        _pieces[piece].Run = -1;
        _pieces[piece].From = 0;
        _pieces[piece].To = units;
    }

    private int Insert(int after)
    {
        int piece = _unused;
        if (piece != 0)
        {
            _unused = _pieces[piece].After;
        }
        else
        {
            if (_count == _pieces.Length)
                Array.Resize(ref _pieces, 2 * _count);
            piece = _count++;
        }
        int next = _pieces[after].After;
        _pieces[piece].Before = after;
        _pieces[piece].After = next;
        _pieces[after].After = piece;
        _pieces[next].Before = piece;
        return piece;
    }

    private void Drop(int piece)
    {
        ref Piece gone = ref _pieces[piece];
        _pieces[gone.Before].After = gone.After;
        _pieces[gone.After].Before = gone.Before;
        if (gone.Run >= 0)
            Unlink(gone.Run, piece);
        gone.After = _unused;
        _unused = piece;
    }

    private void Unlink(int run, int piece)
    {
        ref int link = ref _runs[run].Pieces;
        while (link != piece)
            link = ref _pieces[link].Deeper;
        link = _pieces[piece].Deeper;
    }

    /// <summary>Units that became free together.</summary>
    private struct Piece
    {
        /// <summary>-1: they have no name.</summary>
        public int Run;
        public int From;
        public int To;
        public int Before;
        public int After;

        /// <summary>The next piece of the same run, farther from the root; 0: there is none.</summary>
        public int Deeper;
    }
}
