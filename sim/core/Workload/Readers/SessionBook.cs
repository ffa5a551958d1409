using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Workload.Readers;

/// <summary>The sessions of a file while it is read: the last turn of each.</summary>
internal sealed class SessionBook
{
    // The clock's range; a longer thought never ends within it.
    private const long LongestPs = long.MaxValue / 4;

    private readonly Dictionary<string, LastTurn> _last = new(StringComparer.Ordinal);
    private int _sessions;

    /// <summary>The last turn of a session; null before its first.</summary>
    public LastTurn? Of(string session) => _last.TryGetValue(session, out LastTurn last) ? last : null;

    /// <summary>The place of a turn: behind the last one, or first of a session of its own where it waits for none.</summary>
    /// <param name="thinkPs">After the end of the turn before; null: it arrives at its own time.</param>
    public TurnOf Place(string session, Int128? thinkPs) => thinkPs is { } think && _last.TryGetValue(session, out LastTurn last)
        ? new TurnOf(last.Place.Session, last.Place.Turn + 1, (long)Int128.Clamp(think, 0, LongestPs))
        : new TurnOf(_sessions++, 0, 0);

    public void Set(string session, in LastTurn turn) => _last[session] = turn;
}

/// <summary>The latest turn of a session.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="TimePs">As the file has it.</param>
/// <param name="Prompt">In the tree; -1: unknown.</param>
/// <param name="Number">The file's own number of it; 0 where it has none.</param>
/// <param name="Blocks">As the file counts them; 0 where it does not.</param>
internal readonly record struct LastTurn(TurnOf Place, Int128 TimePs, int Prompt, long Number = 0, int Blocks = 0);
