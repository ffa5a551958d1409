using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using ELLM.Sim.Experiments.Reproductions;
using ELLM.Sim.Experiments.Sweeps;
using ELLM.Sim.Hardware;
using ELLM.Sim.Models;
using ELLM.Sim.Tests.Timing;
using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Hardware;

/// <summary>The schemas that editors use say what the loader does.</summary>
[TestFixture]
internal sealed class CatalogSchemaTests
{
    [Test]
    public void Schema_model_has_the_loaders_keys() => Agree("model", ModelsJson.Default.ModelSpec);

    [Test]
    public void Schema_gpu_has_the_loaders_keys() => Agree("gpu", HardwareJson.Default.GpuSpec);

    [Test]
    public void Schema_timing_has_the_loaders_keys() => Agree("timing", TimingJson.Default.TimingProfile);

    [Test]
    public void Schema_experiment_has_the_loaders_keys() => Agree("experiment", ExperimentJson.Default.ExperimentSpec);

    [Test]
    public void Schema_reproduction_has_the_loaders_keys() => Agree("reproduction", ReproductionJson.Default.Reproduction);

    private static void Agree(string name, JsonTypeInfo contract)
    {
        string path = Path.Combine(RepositoryRoot.Find(), "configs", "schema", $"{name}.schema.json");
        JsonNode written = JsonNode.Parse(File.ReadAllText(path))!;
        JsonNode loader = contract.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true });
        Assert.That(Keys(written), Is.EqualTo(Keys(loader)));
    }

    /// <summary>Every key with its path, a star after those that are required, in ordinal order.</summary>
    private static List<string> Keys(JsonNode schema)
    {
        List<string> found = [];
        Collect(schema, "", schema, found);
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    private static void Collect(JsonNode? node, string at, JsonNode root, List<string> found)
    {
        if (node?["$ref"] is JsonNode reference)
        {
            // The exporter writes a type it has met before as a pointer to where it met it.
            JsonNode? target = root;
            foreach (string step in reference.GetValue<string>().Split('/').Skip(1))
                target = target?[step];
            Collect(target, at, root, found);
            return;
        }
        if (node?["items"] is JsonNode items)
            Collect(items, at + "[]", root, found);
        if (node?["properties"] is not JsonObject properties)
            return;
        string[] required = [.. (node["required"]?.AsArray() ?? []).Select(one => one!.GetValue<string>())];
        foreach ((string key, JsonNode? value) in properties)
        {
            found.Add($"{at}/{key}{(required.Contains(key) ? "*" : "")}");
            Collect(value, $"{at}/{key}", root, found);
        }
    }
}
