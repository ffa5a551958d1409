using System.Globalization;
using System.Text.Json;
using ELLM.Sim.Compat.Vidur.Tables;
using ELLM.Sim.Files;

namespace ELLM.Sim.Compat.Vidur.Cases;

/// <summary>Settings of a case from whatever files hold them, flattened to names like <c>cluster_config_replica_config_device</c>.</summary>
/// <remarks>
/// Vidur writes <c>config.json</c> (older versions <c>config.yml</c>), nested; its command line has the same names flat. A setting is
/// found by the end of its flattened name, so both read alike.
/// </remarks>
internal sealed class CaseSettings
{
    private readonly List<(string Name, int Depth, string Value)> _settings = [];
    private readonly List<string> _files = [];

    public bool Any => _settings.Count > 0;

    /// <summary>Base names of the files read.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>The first names found, for messages.</summary>
    public string Listing => string.Join(", ", _settings.Select(setting => setting.Name).Distinct().Take(16).DefaultIfEmpty("nothing"));

    public void Read(string path)
    {
        string text = FileGuard.Text(path);
        _files.Add(Path.GetFileName(path));
        switch (Path.GetExtension(path).ToLowerInvariant())
        {
            case ".json":
                ReadJson(path, text);
                break;
            case ".yml" or ".yaml":
                ReadYaml(text);
                break;
            default:
                ReadArguments(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
                break;
        }
    }

    /// <summary>Every value: any of them may name the case's tables.</summary>
    public IReadOnlyList<string> Values => [.. _settings.Select(setting => setting.Value)];

    /// <summary>Settings of one case in a file that lists several: an object under the case's name, or one that has it as a value.</summary>
    public void ReadListed(string path, string caseName)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(FileGuard.Text(path));
            if (Listed(document.RootElement, caseName) is { } found)
            {
                _files.Add(Path.GetFileName(path));
                Add("", 0, found);
            }
        }
        catch (JsonException)
        {
            // Whatever else lies beside the cases is not theirs.
        }
    }

    /// <summary>
    /// The value of the first of <paramref name="names"/> that a flattened name is or ends with; among several the shallowest.
    /// </summary>
    /// <param name="without">Names that contain one of these words do not count.</param>
    public string? Find(IReadOnlyList<string> names, IReadOnlyList<string>? without = null)
    {
        foreach (string name in names)
        {
            string? best = null;
            int depth = int.MaxValue;
            foreach ((string full, int deep, string value) in _settings)
            {
                bool matches = full == name || full.EndsWith("_" + name, StringComparison.Ordinal);
                if (matches && deep < depth && (without is null || !without.Any(word => VidurOperators.Contains(full, word))))
                    (best, depth) = (value, deep);
            }
            if (best is not null)
                return best;
        }
        return null;
    }

    public int? Whole(IReadOnlyList<string> names, IReadOnlyList<string>? without = null)
    {
        double? value = Number(names, without);
        if (value is { } number && (number != Math.Floor(number) || Math.Abs(number) > int.MaxValue))
            throw Wrong(names[0], "a whole number", number.ToString(CultureInfo.InvariantCulture));
        return (int?)value;
    }

    public double? Number(IReadOnlyList<string> names, IReadOnlyList<string>? without = null)
    {
        if (Find(names, without) is not { } text)
            return null;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? value
            : throw Wrong(names[0], "a number", text);
    }

    public bool? Flag(IReadOnlyList<string> names) => Find(names)?.ToLowerInvariant() switch
    {
        null => null,
        "true" or "1" or "yes" => true,
        "false" or "0" or "no" => false,
        string other => throw Wrong(names[0], "true or false", other),
    };

    public InputException Wrong(string name, string expected, string found) =>
        new($"{string.Join(", ", _files)}: {name}: expected {expected}, found {found}");

    private void ReadJson(string path, string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            Add("", 0, document.RootElement);
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}:{(e.LineNumber ?? 0) + 1}: expected JSON, found {e.Message.Split('.')[0]}", e);
        }
    }

    private static JsonElement? Listed(JsonElement element, string caseName)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            if (element.TryGetProperty(caseName, out JsonElement named) && named.ValueKind == JsonValueKind.Object)
                return named;
            if (element.EnumerateObject().Any(one => one.Value.ValueKind == JsonValueKind.String && one.Value.GetString() == caseName))
                return element;
            return element.EnumerateObject().Select(one => Listed(one.Value, caseName)).FirstOrDefault(one => one is not null);
        }
        return element.ValueKind == JsonValueKind.Array
            ? element.EnumerateArray().Select(one => Listed(one, caseName)).FirstOrDefault(one => one is not null)
            : null;
    }

    private void Add(string prefix, int depth, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                    Add(Join(prefix, property.Name), depth + 1, property.Value);
                break;
            case JsonValueKind.Array when element.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String):
                ReadArguments([.. element.EnumerateArray().Select(item => item.GetString()!)]);
                break;
            case JsonValueKind.Array:
                // Lists of numbers (search grids, traces) hold no setting of a run.
                break;
            case JsonValueKind.Null:
                break;
            default:
                AddValue(prefix, depth, element.ToString());
                break;
        }
    }

    private void AddValue(string name, int depth, string value)
    {
        _settings.Add((name, depth, value));
        if (value.Contains(" --", StringComparison.Ordinal) || value.StartsWith("--", StringComparison.Ordinal))
            ReadArguments(value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Mappings of scalars, nested by indentation: the part of YAML that Vidur's files use.</summary>
    private void ReadYaml(string text)
    {
        List<(int Indent, string Name)> open = [];
        foreach (string raw in text.Split('\n'))
        {
            string line = raw.Contains(" #", StringComparison.Ordinal) ? raw[..raw.IndexOf(" #", StringComparison.Ordinal)] : raw;
            string trimmed = line.Trim();
            int colon = trimmed.IndexOf(':', StringComparison.Ordinal);
            if (trimmed.Length == 0 || trimmed[0] is '#' or '-' || colon <= 0)
                continue;
            int indent = line.Length - line.TrimStart().Length;
            open.RemoveAll(one => one.Indent >= indent);
            string value = trimmed[(colon + 1)..].Trim().Trim('"', '\'');
            open.Add((indent, trimmed[..colon].Trim().Trim('"', '\'')));
            if (value.Length > 0 && value is not ("null" or "~"))
                AddValue(open.Aggregate("", (prefix, one) => Join(prefix, one.Name)), open.Count, value);
        }
    }

    /// <summary><c>--name value</c>, <c>--name=value</c>, <c>--flag</c> and <c>--no-flag</c>.</summary>
    private void ReadArguments(string[] words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            if (!words[i].StartsWith("--", StringComparison.Ordinal))
                continue;
            string name = words[i][2..];
            int equals = name.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                _settings.Add((CsvTable.Plain(name[..equals]), 1, name[(equals + 1)..].Trim('"', '\'')));
            else if (i + 1 < words.Length && !words[i + 1].StartsWith("--", StringComparison.Ordinal) && words[i + 1] != "\\")
                _settings.Add((CsvTable.Plain(name), 1, words[++i].Trim('"', '\'')));
            else if (name.StartsWith("no-", StringComparison.Ordinal) || name.StartsWith("no_", StringComparison.Ordinal))
                _settings.Add((CsvTable.Plain(name[3..]), 1, "false"));
            else
                _settings.Add((CsvTable.Plain(name), 1, "true"));
        }
    }

    private static string Join(string prefix, string name) => prefix.Length == 0 ? CsvTable.Plain(name) : $"{prefix}_{CsvTable.Plain(name)}";
}
