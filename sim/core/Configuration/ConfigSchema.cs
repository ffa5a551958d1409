using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using ELLM.Sim.Policies;

namespace ELLM.Sim.Configuration;

/// <summary>The JSON schema of a run's configuration, made from the records and <see cref="ConfigKeys"/>.</summary>
/// <remarks>Under <c>policy</c> it has the knobs of all parts; which of them a policy may have, its roles say.</remarks>
public static class ConfigSchema
{
    public static JsonObject Create()
    {
        JsonSchemaExporterOptions options = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Explain };
        JsonObject schema = ConfigJson.Default.RunConfig.Options
            .GetJsonSchemaAsNode(typeof(RunConfig), options).AsObject();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "ELLM.Sim run configuration");
        return schema;
    }

    private static JsonNode Explain(JsonSchemaExporterContext context, JsonNode node)
    {
        string path = string.Join('.', context.Path.ToArray().Where(part => part != "properties"));
        if (path == "policy")
            return Policy();
        ConfigKey? key = ConfigKeys.All.FirstOrDefault(k => k.Path == path);
        return key is null || node is not JsonObject schema ? node : Limited(schema, key);
    }

    private static JsonObject Policy()
    {
        JsonObject properties = [];
        foreach (ConfigKey key in ConfigKeys.All.Where(k => k.Path.StartsWith("policy.", StringComparison.Ordinal)))
        {
            string name = key.Path["policy.".Length..];
            properties[name] = Limited(new JsonObject { ["type"] = key.JsonType, ["default"] = PolicyParts.DefaultOf(name) }, key);
        }
        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
    }

    private static JsonObject Limited(JsonObject schema, ConfigKey key)
    {
        schema["description"] = key.Doc;
        if (key.Allowed.Count > 0)
            schema["enum"] = new JsonArray([.. key.Allowed.Select(a => (JsonNode)JsonValue.Create(a)!)]);
        if (double.IsFinite(key.Min))
            schema["minimum"] = key.Min;
        if (double.IsFinite(key.Max))
            schema["maximum"] = key.Max;
        return schema;
    }
}
