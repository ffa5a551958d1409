using System.IO.Compression;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Text;
using ELLM.Sim.Configuration;
using ELLM.Sim.Files;
using ELLM.Sim.Hardware;
using ELLM.Sim.Models;
using ELLM.Sim.Time;
using ELLM.Sim.Timing.Tables;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Validation;

/// <summary>A recorded run of a real engine: requests with their instants, and the settings it ran under.</summary>
/// <remarks>
/// <para>A folder of casys-kaist/LLMServingSim's bench: requests.jsonl (input_toks, output_toks, queued_ts, first_token_ts, last_token_ts in
/// seconds), meta.json (engine_kwargs, and in newer runs kv_cache with the engine's own block count: <see cref="RunSettings"/>). Plain or gzip. A file case.json
/// beside them states settings that the run does not record, as <c>{"settings": {"engine.max_num_seqs": "128"}}</c>.</para>
/// <para>A request arrives when the engine queues it: what its client and API server spent before is not modelled.</para>
/// </remarks>
public sealed partial class ServingRun
{
    private ServingRun(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Device and model as the run names them.</summary>
    public required string Title { get; init; }

    public required Trace Trace { get; init; }

    /// <summary>Measured seconds of each request, in the order of <see cref="Trace"/>.</summary>
    public required IReadOnlyList<(double Ttft, double? Tpot, double Latency)> Measured { get; init; }

    /// <summary>Settings the run records, and those its case file states.</summary>
    public required IReadOnlyList<Assignment> Settings { get; init; }

    /// <summary>Where each came from, for the note.</summary>
    public required string Notes { get; init; }

    /// <exception cref="InputException">A file is missing or faulty, or names a model or GPU that is not in the catalogs.</exception>
    public static ServingRun Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new InputException($"{folder}: no such run folder");
        string metaPath = MeasuredCsv.Find(folder, "meta.json") ?? throw new InputException($"{folder}: expected meta.json and requests.jsonl of a serving run (plain or .gz), found no meta.json");
        string requestsPath = MeasuredCsv.Find(folder, "requests.jsonl") ?? throw new InputException($"{folder}: expected requests.jsonl beside meta.json, found none");
        JsonObject meta = Parse(metaPath, ReadText(metaPath));
        JsonObject stated = MeasuredCsv.Find(folder, "case.json") is string casePath ? StatedIn(casePath) : [];
        (Trace trace, List<(double, double?, double)> measured) = ReadRequests(requestsPath, ReadText(requestsPath));
        List<Assignment> settings = [];
        string model = ModelOf(metaPath, meta);
        string gpu = GpuOf(folder, meta, stated);
        settings.Add(new Assignment("model", model));
        settings.Add(new Assignment("gpu", gpu));
        RunSettings recorded = new(metaPath, meta);
        settings.AddRange(recorded.Settings);
        foreach ((string path, JsonNode? value) in stated)
            settings.Add(new Assignment(path, value?.ToString() ?? "null"));
        return new ServingRun(folder)
        {
            Title = $"{gpu} {model}",
            Trace = trace,
            Measured = measured,
            Settings = settings,
            Notes = string.Join("; ", recorded.Notes),
        };
    }

    /// <summary>Just inside the range of the clock.</summary>
    private const double LongestS = 9_000_000;

    /// <summary>vLLM schedules asynchronously by default since 0.14; before, and for unknown versions, the device's graph profile.</summary>
    internal static string OverheadOf(string? version)
    {
        string[] parts = (version ?? "").Split('.');
        bool read = int.TryParse(parts[0], out int major) & int.TryParse(parts.ElementAtOrDefault(1), out int minor);
        return read && (major > 0 || minor >= 14) ? "vllm-async" : "graph";
    }

    private static (Trace Trace, List<(double, double?, double)> Measured) ReadRequests(string path, string text)
    {
        List<(double Queued, int Input, int Output, double First, double Last)> rows = [];
        int line = 0;
        foreach (string row in text.Split('\n'))
        {
            line++;
            if (row.Trim().Length == 0)
                continue;
            JsonObject request = Parse($"{path}:{line}", row);
            double Number(string key) => request[key] is JsonValue value && value.TryGetValue(out double number)
                ? number
                : throw InputException.At(path, line, $"a number in {key}", ShownText.Of(request[key]?.ToJsonString() ?? "none", 40));
            // Seconds since 1970 or since a start: within what a double tells apart to a microsecond.
            double Instant(string key) => Number(key) is var instant && Math.Abs(instant) < 1e11
                ? instant
                : throw InputException.At(path, line, $"seconds in {key}", request[key]!.ToJsonString());
            double Tokens(string key) => Number(key) is >= 1 and <= int.MaxValue and var count && Math.Floor(count) == count
                ? count
                : throw InputException.At(path, line, $"a whole number of tokens from 1 to {int.MaxValue} in {key}",
                    request[key]!.ToJsonString());
            rows.Add((Instant("queued_ts"), (int)Tokens("input_toks"), (int)Tokens("output_toks"), Instant("first_token_ts"),
                Instant("last_token_ts")));
            if (!(rows[^1].First >= rows[^1].Queued) || !(rows[^1].Last >= rows[^1].First))
                throw InputException.At(path, line, "tokens of at least 1 and instants in order (queued, first token, last token)",
                    ShownText.Of(row, 200));
        }
        if (rows.Count == 0)
            throw InputException.At(path, 1, "requests", "none");
        rows.Sort((a, b) => a.Queued.CompareTo(b.Queued));
        double start = rows[0].Queued;
        if (rows.Max(row => row.Last) - start > LongestS)
            throw new InputException($"{path}: expected a run of at most 106 days, found more between the first and the last request");
        Trace trace = new(
            "serving-run",
            [.. rows.Select(row => SimTime.FromSeconds(row.Queued - start).Picoseconds)],
            [.. rows.Select(row => row.Input)],
            [.. rows.Select(row => row.Output)]);
        return (trace, [.. rows.Select(row => (row.First - row.Queued, row.Output > 1 ? (row.Last - row.First) / (row.Output - 1) : (double?)null, row.Last - row.Queued))]);
    }

    /// <summary>Whether the catalog has the model of that meta.json.</summary>
    public static bool ModelIsKnown(string metaPath) =>
        Parse(metaPath, ReadText(metaPath))["model"]?.ToString() is string name
        && !MixtureOfExperts().IsMatch(name) && MatchName(name.Split('/')[^1], ModelCatalog.Names) is not null;

    private static string ModelOf(string path, JsonObject meta)
    {
        string given = meta["model"]?.ToString() ?? throw new InputException($"{path}: expected model, found none");
        string name = given.Split('/')[^1];
        if (MixtureOfExperts().IsMatch(name))
            throw new InputException($"{path}: model {given} is a mixture of experts, which is not modelled; known: {string.Join(", ", ModelCatalog.Names)}");
        return MatchName(name, ModelCatalog.Names)
            ?? throw new InputException($"{path}: model {given} is not in the catalog; known: {string.Join(", ", ModelCatalog.Names)}");
    }

    /// <summary>Names such as Qwen3-30B-A3B (3 billion of 30 active), Mixtral-8x7B, DeepSeek-V3.</summary>
    [GeneratedRegex(@"-A\d+(\.\d+)?B\b|\d+x\d+B|mixtral|moe\b|deepseek-v[23]|gpt-oss|scout|maverick", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MixtureOfExperts();

    /// <summary>Stated in case.json, recorded as hardware, or a folder name on the way to the run.</summary>
    private static string GpuOf(string folder, JsonObject meta, JsonObject stated)
    {
        if (stated["gpu"]?.ToString() is string given)
            return given;
        string[] hints = [.. (meta["hardware"] as JsonObject ?? []).Select(one => one.Value?.ToString() ?? ""), .. Path.GetFullPath(folder).Split(Path.DirectorySeparatorChar).Reverse()];
        foreach (string hint in hints)
        {
            // A100 comes with 40 and 80 GB; drivers write the size apart from the name.
            if (Plain(hint).Contains("a100", StringComparison.Ordinal))
                return Plain(hint).Contains("40gb", StringComparison.Ordinal) ? "a100-40" : "a100-80";
            if (MatchName(hint, GpuCatalog.Names) is string name)
                return name;
        }
        throw new InputException($"{folder}: no GPU of the catalog in meta.json's hardware or in the folder's path; state it in case.json: {{\"settings\": {{\"gpu\": \"h100\"}}}}");
    }

    /// <summary>The catalog name with the same letters and digits, or the longest one contained in the text.</summary>
    internal static string? MatchName(string text, IReadOnlyList<string> names)
    {
        string plain = Plain(text);
        return names.FirstOrDefault(name => Plain(name) == plain)
            ?? names.Where(name => Plain(name).Length >= 4 && plain.Contains(Plain(name), StringComparison.Ordinal)).MaxBy(name => name.Length);
    }

    private static string Plain(string text) => new([.. text.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);

    private static JsonObject StatedIn(string path) => Parse(path, ReadText(path))["settings"] switch
    {
        null => [],
        JsonObject settings => settings,
        _ => throw InputException.At(path, 1, "settings as an object", "something else"),
    };

    private static JsonObject Parse(string path, string json) =>
        JsonTexts.Tree(path, json) as JsonObject ?? throw new InputException($"{path}: expected a JSON object");

    private static string ReadText(string path) => FileGuard.Reading(path, () =>
    {
        using FileStream file = File.OpenRead(path);
        using Stream plain = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using StreamReader reader = new(plain, Encoding.UTF8);
        string text = reader.ReadToEnd();
        return text.StartsWith("version https://git-lfs", StringComparison.Ordinal)
            ? throw new InputException($"{path}: is a Git LFS pointer, not the file it stands for: fetch it with 'git lfs pull'")
            : text;
    });
}
