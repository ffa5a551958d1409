namespace ELLM.Sim.Validation.OwnRuns;

/// <summary>Finds the result file of a client in what a user names.</summary>
public static class OwnRunFiles
{
    /// <summary>Names that clients give their files, in the order of trust.</summary>
    private static readonly string[] Names =
        ["profile_export.jsonl", "per_request_lifecycle_metrics.json", "requests.jsonl", "requests.jsonl.gz", "benchmarks.json"];

    /// <summary>The file itself, or the one of a folder: by its name, or because it is the only one.</summary>
    /// <exception cref="InputException">Nothing there, or several that could be meant.</exception>
    public static string Find(string path)
    {
        if (File.Exists(path))
            return path;
        if (!Directory.Exists(path))
            throw new InputException($"{path}: no such file or folder");
        string? named = Names.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists);
        if (named is not null)
            return named;
        string[] all = [.. Directory.EnumerateFiles(path).Where(IsJson).Order(StringComparer.Ordinal)];
        return all.Length == 1 ? all[0]
            : throw new InputException($"{path}: expected the result file of a client, found {all.Length} JSON files: name one of them");
    }

    private static bool IsJson(string file) =>
        file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase)
        || file.EndsWith(".json.gz", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".jsonl.gz", StringComparison.OrdinalIgnoreCase);
}
