using System.Text.Json.Nodes;
using System.Text.Json.Schema;

namespace ELLM.Sim.Configuration;

/// <summary>The JSON schema of a run's configuration, made from the records and <see cref="ConfigKeys"/>.</summary>
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
        ConfigKey? key = ConfigKeys.All.FirstOrDefault(k => k.Path == path);
        if (key is null || node is not JsonObject schema)
            return node;
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
