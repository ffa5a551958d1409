using System.Text.Json;
using ELLM.Sim.Workload.Readers;

namespace ELLM.Sim.Workload.Clients;

/// <summary>Values of clients' JSON, with messages that say where and what.</summary>
internal static class ClientJson
{
    /// <summary>The value at a path of keys; null where a key is absent or null.</summary>
    public static JsonElement? At(this JsonElement element, params string[] path)
    {
        foreach (string key in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(key, out element))
                return null;
        }
        return element.ValueKind == JsonValueKind.Null ? null : element;
    }

    /// <summary>A finite number; null where it is absent.</summary>
    /// <exception cref="InputException">Something else.</exception>
    public static double? Number(this JsonElement? element, RowPlace place, string what)
    {
        if (element is not JsonElement value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw place.Error($"a number in {what}", ShownText.Of(value.GetRawText(), 40));
    }

    /// <exception cref="InputException">None, or no count of tokens.</exception>
    public static int Tokens(this JsonElement? element, RowPlace place, string what) =>
        element.Number(place, what) is double number and >= 0 and <= int.MaxValue && Math.Floor(number) == number
            ? (int)number
            : throw place.Error($"a number of tokens in {what}", ShownText.Of(element?.GetRawText() ?? "none", 40));

    public static string? Text(this JsonElement? element) => element is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>Whether there is something that says a request failed.</summary>
    public static bool Says(this JsonElement? element) => element is JsonElement value
        && value.ValueKind is not (JsonValueKind.False or JsonValueKind.Null)
            && !(value.ValueKind == JsonValueKind.String && value.GetString()!.Length == 0);
}
