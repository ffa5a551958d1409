using System.Text.Json;
using System.Text.Json.Nodes;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Experiments.Sweeps;

/// <summary>Conditions on settings of a point: all of them have to hold.</summary>
/// <remarks>A condition is a value, a list of values, or <c>{ "min": 1, "max": 4 }</c> with either end, both included.</remarks>
internal sealed class PointFilter
{
    private readonly List<(string Name, Func<JsonNode?, bool> Holds)> _conditions = [];

    /// <param name="block"><c>only</c> or <c>exclude</c>, for messages.</param>
    /// <param name="names">Settings that the experiment gives.</param>
    public PointFilter(string block, JsonObject conditions, IReadOnlyCollection<string> names)
    {
        if (conditions.Count == 0)
            throw new InputException(
                $"{block}: expected conditions such as {{ \"policy\": \"static\", \"rate\": {{ \"min\": 4 }} }}, found none");
        foreach ((string name, JsonNode? condition) in conditions)
        {
            if (!names.Contains(name))
                throw new InputException($"{block}: {NearestName.Message("axis", name, names)}");
            _conditions.Add((name, Condition(block, name, condition)));
        }
    }

    /// <param name="value">The value of a setting by its name.</param>
    public bool Matches(Func<string, JsonNode?> value) => _conditions.TrueForAll(c => c.Holds(value(c.Name)));

    private static Func<JsonNode?, bool> Condition(string block, string name, JsonNode? node)
    {
        AxisSetting setting = AxisSetting.Find(name);
        if (node is not JsonObject range)
        {
            JsonNode?[] raw = node is JsonArray list ? [.. list] : [node];
            string[] words = [.. raw.Select(v => Axis.Text(setting.Check(v)))];
            return value => words.Contains(Axis.Text(value), StringComparer.Ordinal);
        }
        foreach ((string key, JsonNode? end) in range)
        {
            if (key is not ("min" or "max") || end?.GetValueKind() is not JsonValueKind.Number)
                throw new InputException($"{block}: {name}: expected the numbers min and max, found {key}");
        }
        if (!setting.IsNumber)
            throw new InputException($"{block}: {name}: expected a value or a list of values, found a range");
        double min = range["min"]?.GetValue<double>() ?? double.NegativeInfinity;
        double max = range["max"]?.GetValue<double>() ?? double.PositiveInfinity;
        return value =>
            value is not null && double.Parse(Axis.Text(value), System.Globalization.CultureInfo.InvariantCulture) is var number
                && number >= min && number <= max;
    }
}
