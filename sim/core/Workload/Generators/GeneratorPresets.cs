using ELLM.Sim.Files;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>The shipped generator specifications (configs/workloads/*.json) and those of the user's files.</summary>
public static class GeneratorPresets
{
    private const string Folder = "configs/workloads/";

    /// <summary>Names in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. typeof(GeneratorPresets).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal))
        .Select(name => name[Folder.Length..^".json".Length])
        .Order(StringComparer.Ordinal)];

    /// <exception cref="InputException">No such preset; the message names the nearest.</exception>
    public static GeneratorSpec Load(string name)
    {
        if (!Names.Contains(name))
            throw new InputException(NearestName.Message("workload preset", name, Names));
        using Stream stream = typeof(GeneratorPresets).Assembly.GetManifestResourceStream($"{Folder}{name}.json")!;
        using MemoryStream text = new();
        stream.CopyTo(text);
        return GeneratorJson.Parse(text.GetBuffer().AsSpan(0, (int)text.Length), name);
    }

    /// <summary>A preset's name, or the path of a JSON file.</summary>
    /// <exception cref="InputException">Neither, or the file is not a specification.</exception>
    public static GeneratorSpec LoadNameOrFile(string nameOrPath)
    {
        if (!nameOrPath.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && !File.Exists(nameOrPath))
            return Load(nameOrPath);
        return GeneratorJson.Parse(FileGuard.Bytes(nameOrPath), nameOrPath);
    }
}
