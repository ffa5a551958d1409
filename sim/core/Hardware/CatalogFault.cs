using System.Globalization;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using System.Text.Json.Serialization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Hardware;

/// <summary>A value in a catalog file that parsed but cannot be right.</summary>
/// <param name="Key">The JSON key.</param>
/// <param name="Expected">What would be right.</param>
/// <param name="Found">What is there.</param>
public sealed partial record CatalogFault(string Key, string Expected, string Found)
{
    internal InputException At(string source, string json) =>
        new($"{source}:{LineOf(json, Key)}: {Key}: expected {Expected}, found {Found}");

    /// <summary>Turns the parser's complaint into one line with file, line, key and, for an unknown key, the nearest known one.</summary>
    internal static InputException FromJson(string source, string json, JsonTypeInfo root, JsonException fault)
    {
        // The parser counts lines from zero and leaves both out when a required key is missing.
        long line = (fault.LineNumber ?? 0) + 1;
        string[] path = Steps(fault.Path ?? "$");
        string key = path[^1];
        JsonTypeInfo parent = ObjectAt(root, path[1..^(path.Length > 1 ? 1 : 0)]);
        string[] known = [.. parent.Properties.Select(property => property.Name).Where(name => !name.StartsWith('$'))];
        if (fault.Message.Contains("could not be mapped", StringComparison.Ordinal))
        {
            string? near = NearestName.Of(key, known);
            string hint = near is null ? $"; known: {string.Join(", ", known)}" : $" (did you mean '{near}'?)";
            return new InputException($"{source}:{line}: unknown key '{key}'{hint}", fault);
        }
        int missing = fault.Message.IndexOf("missing required", StringComparison.Ordinal);
        if (missing >= 0)
        {
            int colon = fault.Message.IndexOf(':', missing);
            string keys = fault.Message[(colon + 1)..].Split(". Path", 2)[0].Replace("'", "", StringComparison.Ordinal).Trim().TrimEnd('.');
            return new InputException($"{source}:{line}: missing {keys}", fault);
        }
        if (parent.Properties.FirstOrDefault(property => property.Name == key)?.PropertyType is { } type && Words(type) is { } wanted)
            return new InputException($"{source}:{line}: {key}: expected {wanted}", fault);
        string where = key == "$" ? "" : $"{key}: ";
        string what = fault.Message.Split(" Path:", 2)[0];
        return new InputException($"{source}:{line}: {where}{what}", fault);
    }

    /// <summary>An object that comes in kinds and does not say which: the parser refuses it with a text of its own.</summary>
    internal static InputException WithoutKind(string source, JsonTypeInfo root, NotSupportedException fault)
    {
        Match place = PlaceInMessage().Match(fault.Message);
        long line = place.Success ? long.Parse(place.Groups[2].Value, CultureInfo.InvariantCulture) + 1 : 1;
        string[] path = Steps(place.Success ? place.Groups[1].Value : "$");
        JsonTypeInfo type = ObjectAt(root, path[1..]);
        string word = type.PolymorphismOptions?.TypeDiscriminatorPropertyName ?? "kind";
        IEnumerable<object?> kinds = type.PolymorphismOptions?.DerivedTypes.Select(derived => derived.TypeDiscriminator) ?? [];
        string where = path.Length > 1 ? $"{path[^1]}: " : "";
        return new InputException($"{source}:{line}: {where}missing {word}, one of {string.Join(", ", kinds)}", fault);
    }

    [GeneratedRegex(@"Path: (\S+) \| LineNumber: (\d+)")]
    private static partial Regex PlaceInMessage();

    /// <summary>The keys of a JSON path, elements of lists left out: <c>$.ops['vmm.map'].cost</c> has four.</summary>
    private static string[] Steps(string path)
    {
        List<string> steps = [];
        int at = 0;
        while (at < path.Length)
        {
            bool quoted = path.AsSpan(at).StartsWith("['");
            bool element = !quoted && path[at] == '[';
            int start = quoted ? at + 2 : path[at] == '.' ? at + 1 : at;
            int end = quoted ? path.IndexOf("']", start, StringComparison.Ordinal)
                : element ? path.IndexOf(']', start)
                : path.IndexOfAny(['.', '['], start);
            end = end < 0 ? path.Length : end;
            if (!element)
                steps.Add(path[start..end]);
            at = Math.Min(path.Length, quoted ? end + 2 : element ? end + 1 : end);
        }
        return [.. steps];
    }

    /// <summary>Contract of the object at <paramref name="path"/> below <paramref name="root"/>, elements of lists and dictionaries included.</summary>
    private static JsonTypeInfo ObjectAt(JsonTypeInfo root, string[] path)
    {
        JsonTypeInfo at = root;
        foreach (string step in path)
        {
            Type? type = at.Kind == JsonTypeInfoKind.Dictionary
                ? at.ElementType
                : at.Properties.FirstOrDefault(known => known.Name == step)?.PropertyType;
            if (type is null)
                break;
            JsonTypeInfo found = root.Options.GetTypeInfo(type);
            at = found.Kind == JsonTypeInfoKind.Enumerable && found.ElementType is { } element
                ? root.Options.GetTypeInfo(element)
                : found;
        }
        return at;
    }

    /// <summary>What a value of a plain type looks like in JSON; null for objects and lists.</summary>
    private static string? Words(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain.IsEnum)
            return $"one of {string.Join(", ", plain.GetFields(BindingFlags.Public | BindingFlags.Static).Select(JsonName))}";
        if (plain == typeof(int) || plain == typeof(long))
            return "a whole number";
        if (plain == typeof(double))
            return "a number";
        if (plain == typeof(bool))
            return "true or false";
        return plain == typeof(string) ? "a text" : null;
    }

    private static string JsonName(FieldInfo value) =>
        value.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? value.Name;

    private static int LineOf(string json, string key)
    {
        int at = json.IndexOf($"\"{key}\"", StringComparison.Ordinal);
        return at < 0 ? 1 : json.AsSpan(0, at).Count('\n') + 1;
    }
}
