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

    /// <summary>Index into <see cref="ModelNames"/> for each request, or null when the trace names no models.</summary>
    public int[]? Model { get; init; }

    public IReadOnlyList<string>? ModelNames { get; init; }

    /// <summary>Line of the file in which each of <see cref="ModelNames"/> comes first; null or 0 where that is not known.</summary>
    public IReadOnlyList<long>? ModelLines { get; init; }

    /// <summary>Set when completions create the arrivals; <see cref="ArrivalPs"/> is then 0 throughout.</summary>
    public ClosedLoopPlan? ClosedLoop { get; init; }

    /// <summary>Lower-case hex SHA-256 of the file's bytes as stored (compressed if it was), or of the generator's specification.</summary>
    public string ContentHash { get; init; } = "";
}
