using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Numerics;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;

namespace ELLM.Sim.Experiments;

/// <summary>Finds the trace that a user names: a file, a shipped trace, or a workload to generate from (a preset, or a .json specification).</summary>
public static class Traces
{
    public const string Default = ShippedTraces.Default;

    /// <summary>Stands for what is piped in.</summary>
    private const string StandardInput = "-";

    /// <summary>Requests drawn from a workload preset when no limit is given.</summary>
    public const int GeneratedRequests = 10_000;

    /// <summary>Every name that <see cref="Load"/> knows: shipped traces, then workload presets.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ShippedTraces.Names, .. GeneratorPresets.Names];

    /// <summary>The report is null for a generated trace: nothing was read.</summary>
    /// <exception cref="InputException">No such file or name, or the file is no trace.</exception>
    public static (Trace Trace, TraceLoadReport? Report) Load(string nameOrPath, TraceReadOptions options)
    {
        if (ShippedTraces.Names.Contains(nameOrPath, StringComparer.Ordinal))
            return ShippedTraces.Read(nameOrPath, options);
        if (nameOrPath == StandardInput)
        {
            return options.StandardInput is { } open
                ? TraceReader.Read(open(), "stdin", options)
                : throw new InputException("trace -: standard input can be read once only, by a command that runs one trace: give a file");
        }
        if (IsGenerated(nameOrPath, options))
            return (Generate(nameOrPath, options), null);
        bool looksLikePath = nameOrPath.AsSpan().IndexOfAny("/\\.") >= 0;
        if (looksLikePath || File.Exists(nameOrPath) || Directory.Exists(nameOrPath))
            return TraceReader.Read(nameOrPath, options);
        throw new InputException(NearestName.Message("trace", nameOrPath, Names) + "; or give the path of a file");
    }

    /// <summary>The same as a workload: to be run at any rate, and drawn again.</summary>
    /// <exception cref="InputException">No such file or name, the file is no trace, or it has no rate.</exception>
    public static (IWorkload Workload, TraceLoadReport? Report) LoadWorkload(string nameOrPath, TraceReadOptions options)
    {
        if (IsGenerated(nameOrPath, options) && options.TimeScale is null)
        {
            int count = (int)(options.Limit ?? GeneratedRequests);
            return (new GeneratedWorkload(GeneratorPresets.LoadNameOrFile(nameOrPath), count, options.Seed, options.RatePerSecond), null);
        }
        (Trace trace, TraceLoadReport? report) = Load(nameOrPath, options);
        return (new RecordedWorkload(trace, options.Seed), report);
    }

    /// <summary>A file named .json is a specification unless its content is one of a trace.</summary>
    private static bool IsGenerated(string nameOrPath, TraceReadOptions options) =>
        (nameOrPath.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && options.Columns is null && !TraceReader.IsJsonTrace(nameOrPath))
        || (GeneratorPresets.Names.Contains(nameOrPath, StringComparer.Ordinal) && !ShippedTraces.Names.Contains(nameOrPath, StringComparer.Ordinal));

    private static Trace Generate(string preset, TraceReadOptions options)
    {
        if (options.TimeScale is not null)
            throw new InputException($"--scale stretches a trace that is read; {preset} is generated: give --rate");
        GeneratorSpec spec = GeneratorPresets.LoadNameOrFile(preset);
        int count = (int)(options.Limit ?? GeneratedRequests);
        return TraceGenerator.Generate(spec, count, options.Seed, options.RatePerSecond);
    }
}
