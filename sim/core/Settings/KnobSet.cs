using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ELLM.Sim.Settings;

/// <summary>The knobs of one part of a policy: a record whose properties have a <see cref="KnobAttribute"/> and their default.</summary>
/// <example><code>
/// public sealed record MyKnobs : KnobSet
/// {
///     [Knob("longest wait at the head of the queue, seconds; 0: none", 0, 3600)]
///     public double PatienceS { get; init; }
/// }
/// </code></example>
[DynamicallyAccessedMembers(
    DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)]
public abstract record KnobSet
{
    /// <summary>Of a part without knobs.</summary>
    public static KnobSet None { get; } = new Nothing();

    /// <summary>The set with what an object says of it.</summary>
    /// <param name="set">Its defaults.</param>
    /// <param name="values">By key; those it has are taken out.</param>
    /// <exception cref="JsonException">A value has not the knob's type.</exception>
    internal static T Read<T>(T set, Dictionary<string, JsonElement> values)
        where T : KnobSet
    {
        T copy = (T)(set with { });
        foreach (Knob knob in Knob.Of(set))
        {
            if (values.Remove(knob.Key, out JsonElement value))
                knob.Put(copy, value);
        }
        return copy;
    }

    internal static void Write(KnobSet set, Utf8JsonWriter writer)
    {
        foreach (Knob knob in Knob.Of(set))
        {
            writer.WritePropertyName(knob.Key);
            if (knob.Get(set) is JsonNode value)
                value.WriteTo(writer);
            else
                writer.WriteNullValue();
        }
    }

    private sealed record Nothing : KnobSet;
}
