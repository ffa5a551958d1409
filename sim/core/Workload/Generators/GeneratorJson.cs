using System.Text.Json;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using ELLM.Sim.Hardware;

namespace ELLM.Sim.Workload.Generators;

/// <summary>Strict JSON of generator specifications: unknown, missing and repeated keys are refused with their place.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GeneratorSpec))]
internal sealed partial class GeneratorJson : JsonSerializerContext
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Reads and checks a specification.</summary>
    /// <param name="json">UTF-8 text.</param>
    /// <param name="name">File or preset, for messages.</param>
    public static GeneratorSpec Parse(ReadOnlySpan<byte> json, string name)
    {
        GeneratorSpec? spec;
        try
        {
            JsonTexts.Check(name, json);
            spec = JsonSerializer.Deserialize(json, Default.GeneratorSpec);
        }
        catch (JsonException e)
        {
            string message = e.Message.Split('\n')[0].TrimEnd('\r');
            int detail = message.IndexOf(" Path:", StringComparison.Ordinal);
            throw new InputException($"{name}:{(e.LineNumber ?? 0) + 1}: {(detail > 0 ? message[..detail] : message)} (at {e.Path ?? "$"})", e);
        }
        catch (NotSupportedException e)
        {
            throw CatalogFault.WithoutKind(name, Default.GeneratorSpec, e);
        }
        if (spec is null)
            throw new InputException($"{name}: expected a generator specification, found null");
        if (NullElement.In(spec, Default.GeneratorSpec) is { } hole)
            throw hole.At(name, json);
        spec.Check();
        return spec;
    }

    /// <summary>JSON schema of a specification, for editors and for configs/schema.</summary>
    public static string Schema() => Default.Options.GetJsonSchemaAsNode(typeof(GeneratorSpec)).ToJsonString(Indented) + "\n";

    public static byte[] ToBytes(GeneratorSpec spec) => JsonSerializer.SerializeToUtf8Bytes(spec, Default.GeneratorSpec);
}
