namespace ELLM.Sim.Workload.Sessions;

/// <summary>Collects the turns of a file's rows; while none waits for another, there is no column.</summary>
internal sealed class SessionColumnBuilder
{
    private readonly List<TurnOf> _rows = [];
    private bool _waits;

    /// <param name="row">Of the kept ones, from 0.</param>
    /// <param name="turn">Null: of no session.</param>
    public void Set(int row, TurnOf? turn)
    {
        if (turn is not { } known)
            return;
        while (_rows.Count < row)
            _rows.Add(TurnOf.None);
        _rows.Add(known);
        _waits |= known.Turn > 0;
    }

    public SessionPlan? Build(int rows)
    {
        if (!_waits)
            return null;
        while (_rows.Count < rows)
            _rows.Add(TurnOf.None);
        return new SessionPlan([.. _rows.Select(t => t.Session)], [.. _rows.Select(t => t.Turn)], [.. _rows.Select(t => t.ThinkPs)]);
    }
}

/// <summary>A row's place in a closed session.</summary>
/// <param name="Session">From 0; -1: of none.</param>
/// <param name="Turn">From 0, ascending within the session.</param>
/// <param name="ThinkPs">After the end of the turn before.</param>
internal readonly record struct TurnOf(int Session, int Turn, long ThinkPs)
{
    public static TurnOf None { get; } = new(-1, 0, 0);
}
