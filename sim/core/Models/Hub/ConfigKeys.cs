using System.Text.Json;

namespace ELLM.Sim.Models.Hub;

/// <summary>Keys of a published configuration: those of the text part first, then those of the whole.</summary>
internal sealed class ConfigKeys
{
    private readonly string _source;
    private readonly JsonElement _root;
    private readonly JsonElement _text;

    public ConfigKeys(string source, JsonElement root)
    {
        _source = source;
        _root = root;
        _text = root.TryGetProperty("text_config", out JsonElement text) && text.ValueKind == JsonValueKind.Object ? text : root;
        Type = Text("model_type") ?? throw Refuse("missing model_type");
        string folder = Path.GetFileName(Path.GetDirectoryName(source) ?? "");
        string other = folder.Length > 0 ? folder : Type;
        Name = (Text("_name_or_path") is { Length: > 0 } given ? given.Split('/')[^1] : other).ToLowerInvariant();
    }

    /// <summary>The text part's model_type.</summary>
    public string Type { get; }

    /// <summary>What to call the model: as the file says, else its folder.</summary>
    public string Name { get; }

    /// <summary>The configuration has parts for images or sound.</summary>
    public bool HasTower => _root.TryGetProperty("vision_config", out _) || _root.TryGetProperty("audio_config", out _);

    /// <summary>A key that the architecture cannot do without.</summary>
    public int Need(string key) => Find(key) ?? throw Refuse($"missing {key}, which {Type} needs");

    /// <summary>The first of the keys that is there and not null.</summary>
    public int? Find(params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            if (Get(key) is not { } value)
                continue;
            // A list of equal numbers, one a layer, is one number.
            JsonElement one = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 ? value[0] : value;
            if (one.ValueKind == JsonValueKind.Number && one.TryGetInt32(out int number) && number >= 0)
                return number;
            throw Refuse($"{key}: expected a whole number, found {Shown(value)}");
        }
        return null;
    }

    public bool Flag(string key, bool otherwise) => Get(key) is not { } value
        ? otherwise
        : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Refuse($"{key}: expected true or false, found {Shown(value)}"),
        };

    public string? Text(string key) => Get(key) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>An object or list as it is; null when absent.</summary>
    public JsonElement? Element(string key) => Get(key);

    /// <summary>A list of texts; null when absent.</summary>
    public string[]? Texts(string key) => Get(key) is { ValueKind: JsonValueKind.Array } list
        ? [.. list.EnumerateArray().Select(one =>
            one.ValueKind == JsonValueKind.String ? one.GetString()! : throw Refuse($"{key}: expected texts, found {Shown(one)}"))]
        : null;

    /// <summary>A list of whole numbers; null when absent or no list.</summary>
    public int[]? Numbers(string key) => Get(key) is { ValueKind: JsonValueKind.Array } list
        ? [.. list.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.Number && one.TryGetInt32(out int number)
            ? number
            : throw Refuse($"{key}: expected whole numbers, found {Shown(one)}"))]
        : null;

    public InputException Refuse(string what) => new($"{_source}: {what}");

    private JsonElement? Get(string key)
    {
        foreach (JsonElement part in (ReadOnlySpan<JsonElement>)[_text, _root])
        {
            if (part.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null)
                return value;
        }
        return null;
    }

    private static string Shown(JsonElement value)
    {
        string text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= 40 ? text : text[..40] + "...";
    }
}
