using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ELLM.Sim.Settings;

/// <summary>One knob of a <see cref="KnobSet"/>: its key, its type, and what its attribute says.</summary>
public sealed class Knob
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<Knob>> Tables = new();

    private readonly PropertyInfo _property;

    private Knob(PropertyInfo property, KnobAttribute says)
    {
        _property = property;
        Key = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
        Meaning = says.Meaning;
        Words = WordsOf(property.PropertyType, says);
        (Min, Max) = (says.Min, says.Max);
    }

    /// <summary>Last part of its dotted path.</summary>
    public string Key { get; }

    /// <summary>CLR type of the value: int, long, double, bool, string or an enum; nullable when it may be absent.</summary>
    public Type Type => _property.PropertyType;

    public string Meaning { get; }

    /// <summary>The words it may be; empty: any.</summary>
    public IReadOnlyList<string> Words { get; }

    public double Min { get; }

    public double Max { get; }

    /// <summary>All knobs of a set, inherited ones first.</summary>
    public static IReadOnlyList<Knob> Of(KnobSet set) => Tables.TryGetValue(set.GetType(), out IReadOnlyList<Knob>? known)
        ? known
        : Tables.GetOrAdd(set.GetType(), Find(set.GetType()));

    /// <summary>The words a value of that type may be: those of the attribute, or an enum's members.</summary>
    public static IReadOnlyList<string> WordsOf(Type type, KnobAttribute says) =>
        (Nullable.GetUnderlyingType(type) ?? type) is { IsEnum: true } members ? [.. Enum.GetNames(members).Select(Word)] : says.Words;

    /// <summary>An enum's member as configurations write it.</summary>
    public static string WordOf(Enum value) => Word(value.ToString());

    /// <summary>The value in a set, as configurations write it.</summary>
    public JsonNode? Get(KnobSet set) => _property.GetValue(set) switch
    {
        null => null,
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        string text => JsonValue.Create(text),
        Enum member => JsonValue.Create(WordOf(member)),
        object other =>
            throw new NotSupportedException($"{Key}: a knob is an int, long, double, bool, string or enum, not {other.GetType()}"),
    };

    /// <summary>Sets the value in a set that has just been made.</summary>
    /// <exception cref="JsonException">Of another type, or not one of the words.</exception>
    internal void Put(KnobSet set, JsonNode? value)
    {
        using JsonDocument document = JsonDocument.Parse(value?.ToJsonString() ?? "null");
        Put(set, document.RootElement);
    }

    /// <inheritdoc cref="Put(KnobSet, JsonNode?)"/>
    internal void Put(KnobSet set, JsonElement value)
    {
        try
        {
            _property.SetValue(set, Value(value));
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new JsonException($"{Key}: {value.GetRawText()} is not of its type", e);
        }
    }

    private object? Value(JsonElement value)
    {
        Type bare = Nullable.GetUnderlyingType(Type) ?? Type;
        if (value.ValueKind == JsonValueKind.Null && bare != Type)
            return null;
        if (bare.IsEnum)
        {
            int member = Words.ToList().IndexOf(value.GetString() ?? "");
            return member >= 0 ? Enum.Parse(bare, Enum.GetNames(bare)[member]) : throw new FormatException();
        }
        return Type.GetTypeCode(bare) switch
        {
            TypeCode.Boolean => value.GetBoolean(),
            TypeCode.Int32 => value.GetInt32(),
            TypeCode.Int64 => value.GetInt64(),
            TypeCode.Double => value.GetDouble(),
            _ => value.GetString() ?? throw new FormatException(),
        };
    }

    private static string Word(string member) => JsonNamingPolicy.KebabCaseLower.ConvertName(member);

    private static IReadOnlyList<Knob> Find([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] Type type)
    {
        List<(PropertyInfo Property, KnobAttribute Says)> found = [.. type.GetProperties()
            .Select(p => (p, p.GetCustomAttribute<KnobAttribute>()!))
            .Where(p => p.Item2 is not null)];
        // Reflection lists a type's own properties before those it inherits.
        return [.. found.OrderBy(p => Depth(p.Property.DeclaringType!)).Select(p => new Knob(p.Property, p.Says))];
    }

    private static int Depth(Type type) => type.BaseType is null ? 0 : 1 + Depth(type.BaseType);
}
