using System.Text.Json;
using System.Text.Json.Nodes;
using ELLM.Sim.Numerics;
using ELLM.Sim.Policies;

namespace ELLM.Sim.Experiments.Sweeps;

/// <summary>A setting and the values it takes, in order.</summary>
/// <param name="Setting">What it sets.</param>
/// <param name="Values">Checked values; JSON null is <c>null</c>.</param>
public sealed record Axis(AxisSetting Setting, IReadOnlyList<JsonNode?> Values)
{
    /// <summary>A value as result files and labels write it.</summary>
    public static string Text(JsonNode? value) => value switch
    {
        null => "null",
        _ when value.GetValueKind() is JsonValueKind.String => value.GetValue<string>(),
        _ => value.ToJsonString(),
    };

    /// <summary>A list of values, or a range of <c>steps</c>.</summary>
    internal static Axis OfList(string name, JsonNode? node)
    {
        AxisSetting setting = AxisSetting.Find(name);
        IEnumerable<JsonNode?> raw = node switch
        {
            JsonArray list => list,
            JsonObject range => AxisRange.Parse(setting, range, stepped: true).Steps(),
            JsonValue one when name == AxisSetting.Policy && Text(one) == "all" =>
                PresetCatalog.Names.Select(n => (JsonNode)JsonValue.Create(n)!),
            null => throw new InputException($"{name}: expected a list of values, found null"),
            _ => throw new InputException($"{name}: expected a list of values, found {node.ToJsonString()}"),
        };
        JsonNode?[] values = [.. raw.Select(v => setting.Check(v))];
        return values.Length > 0 ? new Axis(setting, values) : throw new InputException($"{name}: expected at least one value, found none");
    }
}

/// <summary>Numbers from one end to the other, both included.</summary>
/// <param name="Log">Equal ratios instead of equal distances.</param>
/// <param name="Count">Values of a stepped range.</param>
internal sealed record AxisRange(AxisSetting Setting, double From, double To, bool Log, int Count)
{
    private const int Digits = 6;

    public static AxisRange Parse(AxisSetting setting, JsonObject range, bool stepped)
    {
        string name = setting.Name;
        if (!setting.IsNumber)
            throw new InputException($"{name}: expected a list of values, found a range");
        string[] known = stepped ? ["from", "to", "steps", "scale"] : ["from", "to", "scale"];
        foreach ((string key, _) in range)
        {
            if (!known.Contains(key))
                throw new InputException($"{name}: {NearestName.Message("key", key, known)}");
        }
        double from = Number(range["from"]), to = Number(range["to"]);
        if (!(from < to))
            throw new InputException(FormattableString.Invariant($"{name}: expected from below to, found {from} and {to}"));
        string scale = range["scale"] is { } word ? Axis.Text(word) : "linear";
        if (scale is not ("linear" or "log"))
            throw new InputException($"{name}: scale: expected linear or log, found {scale}");
        if (scale == "log" && from <= 0)
            throw new InputException(FormattableString.Invariant($"{name}: a log range starts above 0, found {from}"));
        int steps = stepped && range["steps"] is { } count ? Whole(count) : 0;
        if (stepped && steps < 2)
            throw new InputException($"{name}: a range in a grid needs steps, 2 or more");
        return new AxisRange(setting, from, to, scale == "log", steps);

        double Number(JsonNode? node) =>
            node?.GetValueKind() is JsonValueKind.Number && node.GetValue<double>() is var value && double.IsFinite(value)
                ? value
                : throw new InputException($"{name}: a range needs the numbers from and to");

        int Whole(JsonNode node) => node.GetValueKind() is JsonValueKind.Number && int.TryParse(node.ToJsonString(), out int value)
            ? value
            : throw new InputException($"{name}: steps: expected an integer, found {node.ToJsonString()}");
    }

    public IEnumerable<JsonNode?> Steps()
    {
        for (int i = 0; i < Count; i++)
            yield return At((double)i / (Count - 1));
    }

    /// <param name="share">0 to 1.</param>
    /// <returns>Rounded to six significant digits, so that labels can be read; a whole number where the setting is one.</returns>
    public JsonNode At(double share)
    {
        double value = Log
            ? From * DeterministicMath.Exp(share * DeterministicMath.Log(To / From))
            : From + (share * (To - From));
        if (Setting.IsInteger)
            return JsonValue.Create((long)Math.Round(value, MidpointRounding.ToEven));
        string rounded = value.ToString("G" + Digits, System.Globalization.CultureInfo.InvariantCulture);
        return JsonValue.Create(double.Parse(rounded, System.Globalization.CultureInfo.InvariantCulture));
    }
}
