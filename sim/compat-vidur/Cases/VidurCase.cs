using ELLM.Sim.Compat.Vidur.Tables;

namespace ELLM.Sim.Compat.Vidur.Cases;

/// <summary>A run of the reference simulator in a folder: its configuration, its requests, what it made of them, and its tables.</summary>
/// <remarks>
/// Files are found by what they hold, not by name: settings in <c>*.json</c>, <c>*.yml</c> or a command line in <c>*.sh</c> or
/// <c>*.txt</c>, or in a JSON file beside the folders that lists the cases by name; requests in a CSV with arrival, prompt and
/// output; results in the same or another one (Vidur's
/// <c>request_metrics.csv</c>). Tables are looked for in the folder given, else in <c>tables</c> of the case's folder or above it.
/// </remarks>
public sealed class VidurCase
{
    private const long LargestSettingsFile = 4 << 20;

    private static readonly string[] SettingsOrder = ["config.json", "config.yml", "config.yaml", "case.json", "meta.json"];
    private static readonly string[] NotSettings = ["chrome_trace.json", "event_trace.json"];

    private VidurCase(
        string name, VidurConfig config, VidurArrival[] requests, VidurReference?[] expected, long? iterations, IOperatorTable tables)
    {
        Name = name;
        Config = config;
        Requests = requests;
        Expected = expected;
        ExpectedIterations = iterations;
        Tables = tables;
    }

    /// <summary>Name of the folder.</summary>
    public string Name { get; }

    public VidurConfig Config { get; }

    public IReadOnlyList<VidurArrival> Requests { get; }

    /// <summary>By request; null for those the reference did not finish.</summary>
    public IReadOnlyList<VidurReference?> Expected { get; }

    /// <summary>Batches of the whole run, when the case says.</summary>
    public long? ExpectedIterations { get; }

    public IOperatorTable Tables { get; }

    /// <exception cref="InputException">Something is missing or malformed; the message says what was expected and what is
    /// there.</exception>
    public static VidurCase Load(string folder, string? tablesFolder = null)
    {
        if (!Directory.Exists(folder))
            throw new InputException($"{folder}: expected a folder of a reference case, found none");
        CaseSettings settings = ReadSettings(folder);
        VidurConfig config = CaseConfig.From(settings);
        IReadOnlyList<CsvTable> headers = [.. Files(folder).Where(CsvTable.IsCsv).Select(path => CsvTable.Read(path, headerOnly: true))];
        CsvTable requestsFile = Pick(headers, CaseRequests.HasRequests, "request", folder, CaseRequests.ExpectedRequests);
        CsvTable resultsFile = Pick(headers, CaseRequests.HasResults, "result", folder, CaseRequests.ExpectedResults);
        (VidurArrival[] requests, int[] ids) = CaseRequests.ReadRequests(requestsFile);
        // A trace longer than the limit: replaying cuts prompts.
        requests = [.. requests.Select(request => Cut(request, config.MaxTokens))];
        VidurReference?[] expected = CaseRequests.ReadResults(resultsFile, requests, ids);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        string tables = tablesFolder ?? FindTables(folder);
        IOperatorTable table = OperatorTables.Read(tables, config, settings.Values);
        return new VidurCase(name, config, requests, expected, TotalIterations(settings, headers), table);
    }

    private static VidurArrival Cut(VidurArrival request, int maxTokens)
    {
        if (request.PromptTokens + request.OutputTokens <= maxTokens)
            return request;
        (int prompt, int output) = VidurWorkload.CutPrompt(request.PromptTokens, request.OutputTokens, maxTokens);
        return request with { PromptTokens = prompt, OutputTokens = output };
    }

    private static bool IsCase(string folder) => Files(folder).Where(CsvTable.IsCsv)
        .Any(path => CaseRequests.HasRequests(CsvTable.Read(path, headerOnly: true)));

    /// <summary>Of the folder, then of the folders in it, except tables and charts.</summary>
    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)
        .Concat(Directory.EnumerateDirectories(folder).Where(one => Path.GetFileName(one) is not ("tables" or "plots"))
            .Order(StringComparer.Ordinal).SelectMany(one => Directory.EnumerateFiles(one).Order(StringComparer.Ordinal)));

    private static IEnumerable<string> SettingsFiles(string folder) => Files(folder)
        .Where(path => Path.GetExtension(path).ToLowerInvariant() is ".json" or ".yml" or ".yaml" or ".sh" or ".txt")
        .Where(path => !NotSettings.Contains(Path.GetFileName(path)) && new FileInfo(path).Length <= LargestSettingsFile)
        .OrderBy(path => Array.IndexOf(SettingsOrder, Path.GetFileName(path)) is >= 0 and int at ? at : SettingsOrder.Length)
        .ThenBy(path => path, StringComparer.Ordinal);

    private static CaseSettings ReadSettings(string folder)
    {
        CaseSettings settings = new();
        foreach (string path in SettingsFiles(folder))
            settings.Read(path);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (!settings.Any && Path.GetDirectoryName(full) is { } parent)
        {
            foreach (string path in Directory.EnumerateFiles(parent, "*.json").Order(StringComparer.Ordinal))
                settings.ReadListed(path, Path.GetFileName(full));
        }
        return settings.Any
            ? settings
            : throw new InputException($"{folder}: expected a configuration (config.json or config.yml), found {Listing(folder)}");
    }

    private static CsvTable Pick(
        IReadOnlyList<CsvTable> headers, Func<CsvTable, bool> has, string preferred, string folder, string expected)
    {
        CsvTable[] fitting = [.. headers.Where(has)];
        if (fitting.Length == 0)
            throw new InputException($"{folder}: expected a CSV file with the columns {expected}; found {Listing(folder)}");
        CsvTable picked = fitting.FirstOrDefault(one => Path.GetFileName(one.Path).Contains(preferred, StringComparison.OrdinalIgnoreCase))
            ?? fitting[0];
        return CsvTable.Read(picked.Path);
    }

    private static string Listing(string folder) => string.Join(", ", Files(folder)
        .Select(path =>
            CsvTable.IsCsv(path)
                ? $"{Path.GetFileName(path)} ({string.Join(',', CsvTable.Read(path, headerOnly: true).Header.Take(12))})"
                : Path.GetFileName(path))
        .DefaultIfEmpty("no files"));

    private static string FindTables(string folder)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        for (string? at = full; at is not null && full.Length - at.Length < 64; at = Path.GetDirectoryName(at))
        {
            string tables = Path.Combine(at, "tables");
            if (Directory.Exists(tables))
                return tables;
        }
        throw new InputException($"{folder}: expected operator tables in a folder named tables there or above; give their folder");
    }

    private static long? TotalIterations(CaseSettings settings, IReadOnlyList<CsvTable> headers)
    {
        if (settings.Whole(["num_iterations", "iterations", "total_iterations", "num_batches", "total_batches", "batches"]) is { } said)
            return said;
        CsvTable? batches = headers.FirstOrDefault(one => one.Find("batch_id") >= 0);
        return batches is null ? null : CsvTable.Read(batches.Path).Rows;
    }
}
