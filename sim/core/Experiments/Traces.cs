using System.Reflection;
using ELLM.Sim.Numerics;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments;

/// <summary>Finds the trace that a user names: a file, or one that travels inside the library.</summary>
public static class Traces
{
    public const string Default = "chat";

    private const string Folder = "traces/";
    private const string Extension = ".csv";

    /// <summary>Names of the embedded traces.</summary>
    public static IReadOnlyList<string> Embedded { get; } =
    [
        .. typeof(Traces).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Folder, StringComparison.Ordinal) && n.EndsWith(Extension, StringComparison.Ordinal))
            .Select(n => n[Folder.Length..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Every name that <see cref="Load"/> knows.</summary>
    public static IReadOnlyList<string> Names => Embedded;

    /// <exception cref="InputException">No such file or name, or the file is no trace.</exception>
    public static (Trace Trace, TraceLoadReport Report) Load(string nameOrPath, TraceReadOptions options)
    {
        if (File.Exists(nameOrPath) || Directory.Exists(nameOrPath) || LooksLikePath(nameOrPath))
            return TraceReader.Read(nameOrPath, options);
        if (!Embedded.Contains(nameOrPath, StringComparer.Ordinal))
            throw new InputException(NearestName.Message("trace", nameOrPath, Embedded) + "; or give the path of a file");
        Assembly assembly = typeof(Traces).Assembly;
        Stream stream = assembly.GetManifestResourceStream(Folder + nameOrPath + Extension)
            ?? throw new InvalidOperationException($"trace {nameOrPath} is listed and absent");
        return TraceReader.Read(stream, nameOrPath + Extension, options);
    }

    private static bool LooksLikePath(string text) => text.AsSpan().IndexOfAny("/\\.") >= 0;
}
