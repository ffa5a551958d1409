namespace ELLM.Sim.Workload;

/// <summary>A column that some traces have beside arrival and lengths: one entry a request.</summary>
/// <remarks>
/// A new one is a class of its own: what it holds, in compact arrays, and how rows are picked from it. Whatever sorts, draws or
/// splits requests carries it along without knowing it; a trace without it has nothing to pay for.
/// </remarks>
public abstract class OptionalColumn
{
    /// <summary>Entries, as many as the trace has requests.</summary>
    public abstract int Count { get; }

    /// <summary>The column of other requests: entry i is that of row <paramref name="rows"/>[i]. A row may come more than once.</summary>
    public abstract OptionalColumn Pick(ReadOnlySpan<int> rows);

    internal static T[] Pick<T>(T[] column, ReadOnlySpan<int> rows)
    {
        T[] picked = new T[rows.Length];
        for (int i = 0; i < picked.Length; i++)
            picked[i] = column[rows[i]];
        return picked;
    }
}
