using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ELLM.Sim;

/// <summary>A null in a list or a dictionary of a parsed file: the serializer honours nullable annotations of properties, not of
/// elements.</summary>
/// <param name="Path">Keys and list indices from the root: <c>models</c>, <c>[1]</c>.</param>
/// <param name="Expected">What belongs there, in words.</param>
internal sealed record NullElement(IReadOnlyList<string> Path, string Expected)
{
    /// <summary>The first one in what was parsed; null when there is none.</summary>
    /// <param name="entry">The parsed value.</param>
    /// <param name="type">The contract it was parsed by.</param>
    public static NullElement? In(object entry, JsonTypeInfo type)
    {
        Walker walker = new(type.Options);
        return walker.Visit(entry, type, null);
    }

    /// <summary>The refusal, with the line of the element.</summary>
    public InputException At(string source, ReadOnlySpan<byte> json) =>
        InputException.At(source, LineOf(json), $"{Expected} in {Shown()}", "null");

    private string Shown()
    {
        StringBuilder text = new();
        foreach (string step in Path)
            text.Append(text.Length > 0 && !step.StartsWith('[') ? "." : "").Append(step);
        return text.ToString();
    }

    private long LineOf(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        reader.Read();
        foreach (string step in Path)
        {
            if (!(step.StartsWith('[') && reader.TokenType == JsonTokenType.StartArray ? Enter(ref reader, step)
                : EnterKey(ref reader, step)))
                break;
        }
        return json[..(int)reader.TokenStartIndex].Count((byte)'\n') + 1;
    }

    private static bool Enter(ref Utf8JsonReader reader, string step)
    {
        for (int skip = int.Parse(step.AsSpan(1, step.Length - 2), System.Globalization.CultureInfo.InvariantCulture); skip >= 0; skip--)
        {
            if (!reader.Read())
                return false;
            if (skip > 0)
                reader.Skip();
        }
        return true;
    }

    private static bool EnterKey(ref Utf8JsonReader reader, string key)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals(key);
            reader.Read();
            if (found)
                return true;
            reader.Skip();
        }
        return false;
    }

    private sealed class Walker(JsonSerializerOptions options)
    {
        private readonly NullabilityInfoContext _annotations = new();
        private readonly List<string> _path = [];

        public NullElement? Visit(object value, JsonTypeInfo type, NullabilityInfo? annotation) => type.Kind switch
        {
            JsonTypeInfoKind.Object => Properties(value, type),
            JsonTypeInfoKind.Enumerable => Elements((IEnumerable)value, type, annotation),
            JsonTypeInfoKind.Dictionary => Entries((IDictionary)value, type, annotation),
            _ => null,
        };

        private NullElement? Properties(object value, JsonTypeInfo type)
        {
            JsonTypeInfo own = value.GetType() == type.Type ? type : options.GetTypeInfo(value.GetType());
            foreach (JsonPropertyInfo property in own.Properties)
            {
                // What is computed from others and not read from the file may not be asked before the file has been checked.
                bool isRead = property.Set is not null || property.AssociatedParameter is not null;
                if (isRead && property is { Get: not null, AttributeProvider: PropertyInfo declared } && property.Get(value) is { } inner
                    && options.GetTypeInfo(property.PropertyType) is { Kind: not JsonTypeInfoKind.None } shape
                    && Step(property.Name, inner, shape, _annotations.Create(declared)) is { } found)
                    return found;
            }
            return null;
        }

        private NullElement? Elements(IEnumerable list, JsonTypeInfo type, NullabilityInfo? annotation)
        {
            if (type.ElementType is not { IsValueType: false } element)
                return null;
            NullabilityInfo? own = annotation?.ElementType ?? annotation?.GenericTypeArguments.LastOrDefault();
            int at = 0;
            foreach (object? item in list)
            {
                if (Step(FormattableString.Invariant($"[{at++}]"), item, options.GetTypeInfo(element), own) is { } found)
                    return found;
            }
            return null;
        }

        private NullElement? Entries(IDictionary entries, JsonTypeInfo type, NullabilityInfo? annotation)
        {
            if (type.ElementType is not { IsValueType: false } element)
                return null;
            foreach (DictionaryEntry entry in entries)
            {
                if (Step((string)entry.Key, entry.Value, options.GetTypeInfo(element),
                    annotation?.GenericTypeArguments.LastOrDefault()) is { } found)
                    return found;
            }
            return null;
        }

        private NullElement? Step(string step, object? value, JsonTypeInfo type, NullabilityInfo? annotation)
        {
            _path.Add(step);
            NullElement? found = value is not null ? Visit(value, type, annotation)
                : annotation?.ReadState == NullabilityState.Nullable ? null
                : new NullElement([.. _path], Words(type));
            _path.RemoveAt(_path.Count - 1);
            return found;
        }

        private static string Words(JsonTypeInfo type) => type.Kind switch
        {
            JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "an object",
            JsonTypeInfoKind.Enumerable => "a list",
            _ => type.Type == typeof(string) ? "a text" : "a value",
        };
    }
}
