using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ELLM.Sim.Files;

namespace ELLM.Sim.Experiments.Regression;

/// <summary>The results of an experiment that later ones are held against, and where they came from.</summary>
/// <param name="Version">Of the simulator.</param>
/// <param name="Experiment">Its name.</param>
/// <param name="ExperimentSha256">Of what it asks to run; not of the settings that come from presets and defaults, whose changes the check is to find.</param>
/// <param name="Profiles">Where times and prices of memory calls come from, each once.</param>
/// <param name="Points">In the experiment's order.</param>
public sealed record Baseline(string Version, string Experiment, string ExperimentSha256, IReadOnlyList<string> Profiles, IReadOnlyList<BaselinePoint> Points)
{
    /// <summary>By metric; <c>*</c> for all others. Kept when the baseline is written anew.</summary>
    public IReadOnlyDictionary<string, Tolerance> Tolerances { get; init; } = new Dictionary<string, Tolerance>();

    /// <exception cref="InputException">No such file, or not a baseline.</exception>
    public static Baseline Load(string path)
    {
        if (!File.Exists(path))
            throw new InputException($"{path}: no baseline; --update writes one");
        return Parse(path, FileGuard.Bytes(path));
    }

    /// <summary>The results of a shipped experiment at the release; null: it was released without.</summary>
    public static Baseline? Shipped(string experiment)
    {
        string name = $"baselines/{experiment.ToLowerInvariant()}.baseline.json";
        using Stream? stream = typeof(Baseline).Assembly.GetManifestResourceStream(name);
        if (stream is null)
            return null;
        byte[] json = new byte[stream.Length];
        stream.ReadExactly(json);
        return Parse(name, json);
    }

    private static Baseline Parse(string path, byte[] json)
    {
        try
        {
            JsonTexts.Check(path, json);
            Baseline read = JsonSerializer.Deserialize(json, BaselineJson.Default.Baseline)
                ?? throw new InputException($"{path}: expected a baseline, found null");
            if (NullElement.In(read, BaselineJson.Default.Baseline) is { } hole)
                throw hole.At(path, json);
            if (read.Points.CountBy(p => p.Point, StringComparer.Ordinal).FirstOrDefault(p => p.Value > 1).Key is { } twice)
                throw new InputException($"{path}: point '{twice}' stands there twice: --update writes it anew");
            return read;
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}:{(e.LineNumber ?? 0) + 1}: not a baseline: {e.Message.Split(" Path:", 2)[0]}", e);
        }
    }

    /// <summary>A point a line, so that a change of one policy is a change of its lines. The file is replaced whole or not at all.</summary>
    public void Save(string path)
    {
        JsonObject head = JsonSerializer.SerializeToNode(this with { Points = [] }, BaselineJson.Default.Baseline)!.AsObject();
        head.Remove("points");
        StringBuilder text = new("{\n");
        foreach ((string key, JsonNode? value) in head)
            text.Append("  ").Append(JsonValue.Create(key)!.ToJsonString()).Append(": ").Append(Line(value)).Append(",\n");
        text.Append("  \"points\": [\n    ")
            .AppendJoin(",\n    ", Points.Select(p => Line(JsonSerializer.SerializeToNode(p, BaselineJson.Default.BaselinePoint))))
            .Append("\n  ]\n}\n");
        FileReplacement.Write(path, text.ToString());
    }

    private static string Line(JsonNode? node) => node?.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? "null";
}

/// <summary>One point's results.</summary>
/// <param name="Point">Its axes and their values: <c>policy=vllm trace=chat</c>.</param>
/// <param name="Metrics">Each as result files write it; null where undefined.</param>
/// <param name="NotStarted">Why it has none.</param>
public sealed record BaselinePoint(string Point, IReadOnlyDictionary<string, string?> Metrics, string? NotStarted = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Baseline))]
[JsonSerializable(typeof(BaselinePoint))]
internal sealed partial class BaselineJson : JsonSerializerContext;
