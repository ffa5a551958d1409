using ELLM.Sim.Time;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Fleet;

/// <summary>A request on its way to a replica.</summary>
/// <param name="Row">Its place in the whole trace.</param>
internal readonly record struct Arrival(long ArrivalPs, int InputTokens, int OutputTokens, int Row);

/// <summary>Requests in their order, from a trace or from one that comes in pieces.</summary>
/// <remarks>Of a trace in pieces only one is in memory.</remarks>
internal sealed class ArrivalFeed
{
    private readonly IEnumerator<Trace> _pieces;
    private Trace _piece;
    private int _at;
    private int _before;

    /// <param name="pieces">Each sorted, and not before the one that came first.</param>
    public ArrivalFeed(IEnumerable<Trace> pieces)
    {
        _pieces = pieces.GetEnumerator();
        _piece = new Trace("", [], [], []);
        Fill();
    }

    public bool Any => _at < _piece.Count;

    /// <summary>Arrival of the next one; beyond every time when there is none.</summary>
    public long NextPs => _at < _piece.Count ? _piece.ArrivalPs[_at] : long.MaxValue;

    /// <summary>Requests taken so far.</summary>
    public int Taken => _before + _at;

    public Arrival Take()
    {
        Arrival next = new(_piece.ArrivalPs[_at], _piece.InputTokens[_at], _piece.OutputTokens[_at], Taken);
        if (++_at == _piece.Count)
            Fill();
        return next;
    }

    private void Fill()
    {
        long lastPs = _at > 0 ? _piece.ArrivalPs[_at - 1] : 0;
        while (_at == _piece.Count && _pieces.MoveNext())
        {
            _before = checked(_before + _at);
            (_piece, _at) = (_pieces.Current, 0);
        }
        if (Any && NextPs < lastPs)
        {
            throw new InputException(
                $"a trace in pieces is sorted by arrival: request {Taken + 1} arrives at {new SimTime(NextPs)} s, after one at"
                + $" {new SimTime(lastPs)} s; 'ellm trace convert' sorts a file");
        }
    }
}
