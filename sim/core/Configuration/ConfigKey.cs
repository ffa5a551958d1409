using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Configuration;

/// <summary>One setting of a run: its path, its type and what it may be.</summary>
/// <param name="Path">Dotted path in the configuration: <c>policy.overflow</c>.</param>
/// <param name="Type">CLR type of the value; nullable when the setting may be absent.</param>
/// <param name="Meaning">One line with the unit.</param>
/// <param name="Allowed">The words it may be; empty: any.</param>
/// <param name="Min">Smallest number.</param>
/// <param name="Max">Largest number.</param>
public sealed record ConfigKey(string Path, Type Type, string Meaning, IReadOnlyList<string> Allowed, double Min, double Max)
{
    /// <summary>The parts of policies that have it; empty: every run.</summary>
    public string Owners { get; init; } = "";

    /// <summary>Meaning, after who has it.</summary>
    public string Doc => Owners.Length == 0 ? Meaning : $"{Owners}: {Meaning}";

    public bool Nullable => !Type.IsValueType || System.Nullable.GetUnderlyingType(Type) is not null;

    /// <summary>The setting that a knob is below a prefix such as <c>policy.</c></summary>
    internal static ConfigKey Of(string prefix, Knob knob) =>
        new(prefix + knob.Key, knob.Type, knob.Meaning, knob.Words, knob.Min, knob.Max);

    private Type Bare => System.Nullable.GetUnderlyingType(Type) ?? Type;

    private bool IsText => Bare == typeof(string) || Bare.IsEnum;

    private bool IsInteger => Bare == typeof(int) || Bare == typeof(long) || Bare == typeof(ulong);

    /// <summary>The type in a JSON schema.</summary>
    public JsonNode JsonType
    {
        get
        {
            string name = IsText ? "string" : Bare == typeof(bool) ? "boolean" : IsInteger ? "integer" : "number";
            return System.Nullable.GetUnderlyingType(Type) is null ? name : new JsonArray(name, "null");
        }
    }

    /// <summary>What a message says was expected.</summary>
    public string Expected
    {
        get
        {
            if (Allowed.Count > 0)
                return "one of " + string.Join(", ", Allowed);
            if (Bare == typeof(bool))
                return "true or false";
            if (Bare == typeof(string))
                return "a text";
            string range = (double.IsInfinity(Min), double.IsInfinity(Max)) switch
            {
                (true, true) => "",
                (false, true) => string.Create(CultureInfo.InvariantCulture, $" of at least {Min}"),
                (true, false) => string.Create(CultureInfo.InvariantCulture, $" of at most {Max}"),
                _ => string.Create(CultureInfo.InvariantCulture, $" from {Min} to {Max}"),
            };
            return (IsInteger ? "an integer" : "a number") + range + (Nullable ? " or null" : "");
        }
    }

    /// <summary>The value of a text from the command line.</summary>
    /// <exception cref="InputException">Not a value of this setting.</exception>
    public JsonNode? Parse(string text)
    {
        if (Nullable && Bare != typeof(string) && text is "null")
            return null;
        return ParseBare(text) ?? throw new InputException($"{Path}: expected {Expected}, found '{text}'");
    }

    /// <summary>Checks a value from a file: the JSON kind has to match too.</summary>
    public JsonNode? Check(JsonNode? value)
    {
        if (value is null)
            return Nullable && Bare != typeof(string) ? null : throw new InputException($"{Path}: expected {Expected}, found null");
        JsonValueKind kind = value.GetValueKind();
        bool fits = Bare == typeof(bool) ? kind is JsonValueKind.True or JsonValueKind.False
            : IsText ? kind is JsonValueKind.String
            : kind is JsonValueKind.Number;
        string text = kind is JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
        return (fits ? ParseBare(text) : null) ?? throw new InputException($"{Path}: expected {Expected}, found {value.ToJsonString()}");
    }

    private JsonValue? ParseBare(string text)
    {
        if (IsText)
            return Allowed.Count == 0 || Allowed.Contains(text, StringComparer.Ordinal) ? JsonValue.Create(text) : null;
        if (Bare == typeof(bool))
            return bool.TryParse(text, out bool flag) ? JsonValue.Create(flag) : null;
        if (Bare == typeof(ulong))
            return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) ? JsonValue.Create(seed) : null;
        if (IsInteger)
        {
            bool whole = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number);
            long limit = Bare == typeof(int) ? int.MaxValue : long.MaxValue;
            return whole && number >= Min && number <= Max && number <= limit && number >= -limit ? JsonValue.Create(number) : null;
        }
        bool real = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value);
        return real && double.IsFinite(value) && value >= Min && value <= Max ? JsonValue.Create(value) : null;
    }
}
