using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload;

/// <summary>The small traces that travel inside the library; traces/README.md says how each was generated.</summary>
public static class ShippedTraces
{
    /// <summary>What a comparison runs when it is given no trace.</summary>
    public const string Default = "chat";

    private const string Folder = "traces/";

    /// <summary>Names in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. typeof(ShippedTraces).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(".csv", StringComparison.Ordinal))
        .Select(name => name[Folder.Length..^".csv".Length])
        .Order(StringComparer.Ordinal)];

    /// <summary>Reads the trace through the same reader as a file; <c>chat</c> or <c>chat.csv</c>.</summary>
    /// <exception cref="InputException">No such trace; the message names the nearest.</exception>
    public static (Trace Trace, TraceLoadReport Report) Read(string name, TraceReadOptions? options = null)
    {
        string bare = name.EndsWith(".csv", StringComparison.Ordinal) ? name[..^".csv".Length] : name;
        if (!Names.Contains(bare))
            throw new InputException(NearestName.Message("shipped trace", name, Names));
        Stream stream = typeof(ShippedTraces).Assembly.GetManifestResourceStream($"{Folder}{bare}.csv")!;
        return TraceReader.Read(stream, $"{bare}.csv", options);
    }
}
