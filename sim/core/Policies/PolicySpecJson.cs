using System.Text.Json;
using System.Text.Json.Serialization;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Policies;

/// <summary>A policy as one flat object: the roles, what every policy has, then the knobs of the parts it chose, and nothing
/// else.</summary>
internal sealed class PolicySpecJson : JsonConverter<PolicySpec>
{
    public override PolicySpec Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException($"policy: expected an object, found {document.RootElement.GetRawText()}");
        Dictionary<string, JsonElement> values = new(StringComparer.Ordinal);
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            if (!values.TryAdd(property.Name, property.Value))
                throw new JsonException($"policy.{property.Name}: given twice");
        }
        PolicySpec policy = KnobSet.Read(new PolicySpec(), values);
        foreach (PolicyPart part in PolicyParts.Of(policy))
            policy = policy.With(KnobSet.Read(part.Knobs, values));
        return values.Count == 0 ? policy : throw new JsonException(PolicyParts.NotHeld(values.Keys.First()));
    }

    public override void Write(Utf8JsonWriter writer, PolicySpec value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        KnobSet.Write(value, writer);
        foreach (PolicyPart part in PolicyParts.Of(value))
            KnobSet.Write(value.KnobsOf(part.Knobs), writer);
        writer.WriteEndObject();
    }
}
