using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Workload;

/// <summary>Requests in arrival order, one column a field: what a replay reads.</summary>
/// <remarks>
/// <para>Columns have equal length and are sorted by <see cref="ArrivalPs"/>; equal times keep the order of the file.
/// Every request has at least one input and one output token: readers drop the others and report them.</para>
/// <para>Units: picoseconds since the trace's own zero; tokens.</para>
/// </remarks>
public sealed class Trace
{
    public Trace(string name, long[] arrivalPs, int[] inputTokens, int[] outputTokens)
    {
        if (inputTokens.Length != arrivalPs.Length || outputTokens.Length != arrivalPs.Length)
            throw new ArgumentException($"columns differ in length: {arrivalPs.Length}, {inputTokens.Length}, {outputTokens.Length}");
        Name = name;
        ArrivalPs = arrivalPs;
        InputTokens = inputTokens;
        OutputTokens = outputTokens;
    }

    /// <summary>Base name of the file or preset, never a path.</summary>
    public string Name { get; }

    public int Count => ArrivalPs.Length;

    public long[] ArrivalPs { get; }

    public int[] InputTokens { get; }

    public int[] OutputTokens { get; }

    /// <summary>What else is known of the requests; most traces have nothing here.</summary>
    public IReadOnlyList<OptionalColumn> Columns
    {
        get;
        init
        {
            foreach (OptionalColumn column in value)
            {
                if (column.Count != Count)
                    throw new ArgumentException($"columns differ in length: {Count}, {column.Count} in {column.GetType().Name}");
            }
            field = value;
        }
    } = [];

    public ModelColumn? Models => Find<ModelColumn>();

    /// <summary>Set when completions create the arrivals; <see cref="ArrivalPs"/> is then 0 throughout.</summary>
    public ClosedLoopPlan? ClosedLoop => Find<ClosedLoopPlan>();

    /// <summary>Lower-case hex SHA-256 of the file's bytes as stored (compressed if it was), or of the generator's specification.</summary>
    public string ContentHash { get; init; } = "";

    /// <summary>The column of that kind; null when the trace has none.</summary>
    public T? Find<T>()
        where T : OptionalColumn
    {
        foreach (OptionalColumn column in Columns)
        {
            if (column is T found)
                return found;
        }
        return null;
    }

    /// <summary>The same requests at other times; all else is shared, not copied.</summary>
    /// <param name="contentHash">Null: it keeps its own.</param>
    public Trace At(long[] arrivalPs, string? contentHash = null) =>
        new(Name, arrivalPs, InputTokens, OutputTokens) { Columns = Columns, ContentHash = contentHash ?? ContentHash };

    /// <summary>Other requests, each with all that is known of the row it is picked from.</summary>
    /// <param name="rows">A row may come more than once.</param>
    /// <param name="arrivalPs">When they arrive, ascending.</param>
    public Trace Pick(int[] rows, long[] arrivalPs, string contentHash = "") =>
        new(Name, arrivalPs, OptionalColumn.Pick(InputTokens, rows), OptionalColumn.Pick(OutputTokens, rows))
        {
            Columns = [.. Columns.Select(column => column is PromptPrefixes prefixes ? Pick(prefixes, rows) : column.Pick(rows))],
            ContentHash = contentHash,
        };

    /// <summary>A request that is picked again is another one like it.</summary>
    private PromptPrefixes Pick(PromptPrefixes prefixes, int[] rows) => PrefixCopies.Pick(prefixes, rows, Find<SessionPlan>()?.Session);
}
