using System.Text.Json.Nodes;
using ELLM.Sim.Configuration;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Experiments.Sweeps;

/// <summary>Something an experiment can set: part of the workload, the policy, or a setting of the run.</summary>
/// <param name="Name">As experiment files write it.</param>
/// <param name="Column">As result files write it, with its unit.</param>
/// <param name="Key">Type and limits.</param>
public sealed record AxisSetting(string Name, string Column, ConfigKey Key)
{
    public const string Policy = "policy", Trace = "trace", Rate = "rate", Scale = "scale", Limit = "limit", Seed = "seed";

    private static readonly AxisSetting[] Own =
    [
        Make(Policy, Policy, typeof(string), "policy preset, or the path of a policy file"),
        Make(Trace, Trace, typeof(string), "trace, workload preset, or the path of a file"),
        Make(Rate, "rate_per_s", typeof(double), "mean arrival rate, requests/s"),
        Make(Scale, "time_scale", typeof(double), "factor of every arrival time"),
        Make(Limit, "limit_requests", typeof(int), "first requests of the trace, or requests to generate", 1),
    ];

    /// <summary>All of them: workload and policy, then every setting of a run.</summary>
    public static IEnumerable<AxisSetting> All =>
        [.. Own, .. ConfigKeys.All.Where(key => key.Path != "preset").Select(key => new AxisSetting(key.Path, key.Path, key))];

    /// <summary>Part of the workload rather than of the run's configuration.</summary>
    public bool IsWorkload => Name is Trace or Rate or Scale or Limit;

    /// <summary>A whole number.</summary>
    public bool IsInteger =>
        (Nullable.GetUnderlyingType(Key.Type) ?? Key.Type) is { } type && type != typeof(double) && type.IsPrimitive
            && type != typeof(bool);

    /// <summary>A number of any kind.</summary>
    public bool IsNumber => IsInteger || (Nullable.GetUnderlyingType(Key.Type) ?? Key.Type) == typeof(double);

    /// <exception cref="InputException">Nothing is called so; the message names the nearest.</exception>
    public static AxisSetting Find(string name)
    {
        AxisSetting? found = All.FirstOrDefault(s => s.Name == name);
        if (found is not null)
            return found;
        string? near = NearestName.Of(name, All.Select(s => s.Name))
            ?? All.FirstOrDefault(s => s.Name.EndsWith("." + name, StringComparison.Ordinal))?.Name;
        string hint = near is null
            ? "; 'ellm config schema' lists settings, beside policy, trace, rate, scale and limit"
            : $" (did you mean '{near}'?)";
        throw new InputException($"unknown axis '{name}'{hint}");
    }

    /// <summary>The value in its own type, checked.</summary>
    /// <exception cref="InputException">Not a value of this setting.</exception>
    public JsonNode? Check(JsonNode? value)
    {
        JsonNode? checkedValue = Key.Check(value);
        if (Name is Rate or Scale && !(checkedValue!.GetValue<double>() > 0))
            throw new InputException($"{Name}: expected a positive number, found {value!.ToJsonString()}");
        return checkedValue;
    }

    private static AxisSetting Make(string name, string column, Type type, string doc, double min = double.NegativeInfinity) =>
        new(name, column, new ConfigKey(name, type, doc, [], min, double.PositiveInfinity));
}
