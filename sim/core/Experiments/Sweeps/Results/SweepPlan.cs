using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.Json;
using System.Text;
using ELLM.Sim.Configuration;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Experiments.Sweeps.Results;

/// <summary>What a result directory belongs to: the experiment with everything its results depend on, and how to lay them out.</summary>
/// <param name="Name">Title.</param>
/// <param name="Description">What the experiment asks.</param>
/// <param name="Content">Blocks of the experiment, hashes of files it reads, number and hash of its resolved points, version of the simulator.</param>
/// <param name="Build">Identity of the library that runs it: results of two builds are not mixed. Not part of any result.</param>
/// <param name="Axes">Names of its axes, slowest first.</param>
/// <param name="Metrics">Metrics to keep.</param>
/// <param name="Sources">Where times come from, one entry for each model on each GPU.</param>
public sealed record SweepPlan(
    string Name, string? Description, JsonObject Content, string Build, IReadOnlyList<string> Axes, IReadOnlyList<string> Metrics, JsonArray Sources)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>SHA-256 of <see cref="Content"/>.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Content.ToJsonString())));

    public int Points => Content["points"]!.GetValue<int>();

    public static SweepPlan Of(Experiment experiment)
    {
        ExperimentSpec spec = experiment.Spec with { Schema = null, Description = null, Metrics = null };
        JsonObject blocks = JsonSerializer.SerializeToNode(spec, ExperimentJson.Default.ExperimentSpec)!.AsObject();
        blocks.Remove("name");
        JsonObject content = new()
        {
            ["version"] = RunReport.Version,
            ["experiment"] = blocks,
            ["inputs"] = InputFiles.Hashes(experiment),
            ["points"] = experiment.Points.Count,
            ["points_sha256"] = HashOf(experiment.Points),
        };
        return new SweepPlan(
            spec.Name,
            experiment.Spec.Description,
            content,
            typeof(SweepPlan).Assembly.ManifestModule.ModuleVersionId.ToString("N"),
            [.. experiment.Axes.Select(a => a.Setting.Name)],
            [.. experiment.Metrics.Select(m => m.Name)],
            TimeSources.Of(experiment.Points));
    }

    /// <summary>What is different here from <paramref name="then"/>, one entry a value; empty: the same results.</summary>
    public IReadOnlyList<string> Changes(SweepPlan then)
    {
        List<string> changes = [];
        Walk(then.Content, Content, "", changes);
        string[] speaking = [.. changes.Where(c => !c.StartsWith("points", StringComparison.Ordinal))];
        IEnumerable<string> build = Build == then.Build || speaking.Length > 0 ? [] : ["the simulator was built anew"];
        IEnumerable<string> shown = speaking.Length > 0 ? speaking : changes;
        return [.. shown, .. build];
    }

    public byte[] ToJson()
    {
        JsonObject tree = new()
        {
            ["name"] = Name,
            ["description"] = Description,
            ["sha256"] = Sha256,
            ["build"] = Build,
            ["axes"] = new JsonArray([.. Axes.Select(a => (JsonNode?)a)]),
            ["metrics"] = new JsonArray([.. Metrics.Select(m => (JsonNode)m)]),
            ["content"] = Content.DeepClone(),
            ["sources"] = Sources.DeepClone(),
        };
        return Encoding.UTF8.GetBytes(tree.ToJsonString(Indented) + "\n");
    }

    /// <exception cref="InputException">Not a plan.</exception>
    public static SweepPlan Parse(string source, string json)
    {
        try
        {
            JsonNode tree = JsonTexts.Tree(source, json)!;
            SweepPlan plan = new(
                tree["name"]!.GetValue<string>(),
                tree["description"]?.GetValue<string>(),
                tree["content"]!.DeepClone().AsObject(),
                tree["build"]!.GetValue<string>(),
                [.. tree["axes"]!.AsArray().Select(a => a!.GetValue<string>())],
                [.. tree["metrics"]!.AsArray().Select(m => m!.GetValue<string>())],
                tree["sources"]!.DeepClone().AsArray());
            return plan.Fault(tree["sha256"]!.GetValue<string>()) is { } fault
                ? throw new InputException($"{source}: {fault}; --force starts over")
                : plan;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            throw new InputException($"{source}: expected the plan of a sweep, found something else; --force starts over", e);
        }
    }

    /// <summary>What is wrong with a plan that was read back; null when it is as it was written.</summary>
    private string? Fault(string sha256)
    {
        if (sha256 != Sha256)
            return $"sha256: expected {Sha256[..12]}, that of its content, found '{ShownText.Of(sha256, 12)}'";
        if (Points < 1)
            return $"points: expected at least 1, found {Points}";
        if (Metrics.FirstOrDefault(m => !PointResult.MetricNames.Contains(m)) is { } metric)
            return NearestName.Message("metric", metric, PointResult.MetricNames);
        try
        {
            foreach (string axis in Axes)
                AxisSetting.Find(axis);
        }
        catch (InputException e)
        {
            return e.Message;
        }
        return null;
    }

    private static void Walk(JsonNode? then, JsonNode? now, string path, List<string> changes)
    {
        if (JsonNode.DeepEquals(then, now))
            return;
        if (then is JsonObject before && now is JsonObject after)
        {
            foreach (string key in before.Select(p => p.Key).Union(after.Select(p => p.Key)))
                Walk(before[key], after[key], path is "" or "experiment" ? key : $"{path}.{key}", changes);
            return;
        }
        changes.Add($"{path} was {Short(then)}, is {Short(now)}");
    }

    private static string Short(JsonNode? node)
    {
        const int Longest = 60;
        string text = node is null ? "absent" : node.ToJsonString();
        return text.Length <= Longest ? text : text[..(Longest - 3)] + "...";
    }

    private static RunConfig WithoutFolders(RunConfig config) => config with
    {
        Model = Path.GetFileName(config.Model),
        Gpu = Path.GetFileName(config.Gpu),
        Profile = Path.GetFileName(config.Profile),
        Timing = config.Timing with { Model = Path.GetFileName(config.Timing.Model), Profile = Path.GetFileName(config.Timing.Profile) },
    };

    private static string HashOf(IEnumerable<SweepPoint> points)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (SweepPoint point in points)
        {
            // Folders say nothing about a run: the files in them are hashed by their content.
            string config = ConfigBinder.ToTree(WithoutFolders(point.Config)).ToJsonString();
            WorkloadChoice w = point.Workload;
            string workload = FormattableString.Invariant($"{Path.GetFileName(w.Trace)} {w.RatePerS} {w.TimeScale} {w.Limit} {w.Seed}");
            hash.AppendData(Encoding.UTF8.GetBytes($"{string.Join(' ', point.Values)}\n{config}\n{workload}\n"));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
