using System.CommandLine;
using System.Text.Json.Nodes;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Sweeps;

namespace ELLM.Sim.Cli.Commands.Sweep;

/// <summary>An experiment without a file: axes, and settings that all points share, on the command line.</summary>
internal sealed class AxisOptions
{
    private readonly Option<string[]> _axis = new("--axis")
    {
        Description = "Run every combination of these instead of a file: rate, policy, trace, limit, seed or any setting.",
        HelpName = "NAME=V,V,...",
    };
    private readonly Option<string[]> _set = new("--set") { Description = "With --axis: a setting of every point.", HelpName = "KEY=VALUE" };
    private readonly Option<string[]> _slo = new("--slo") { Description = "With --axis: objectives, as for compare.", HelpName = "ttft=T,tpot=T" };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _axis, _set, _slo })
            command.Options.Add(option.In(HelpGroups.Workload));
    }

    /// <summary>Null without axes.</summary>
    /// <param name="trace">What stands where a file would; null for the default trace.</param>
    /// <exception cref="InputException">An axis or a setting is not of its form, or unknown.</exception>
    public Experiment? Of(ParseResult parsed, string? trace, int mostPoints)
    {
        string[] axes = parsed.GetValue(_axis) ?? [], settings = parsed.GetValue(_set) ?? [], slo = parsed.GetValue(_slo) ?? [];
        if (axes.Length == 0)
        {
            return settings.Length + slo.Length == 0 ? null
                : throw new InputException("sweep: --set and --slo go with --axis; a file has its own 'base' and 'slo'");
        }
        JsonObject grid = [], shared = [];
        foreach (string axis in axes)
        {
            (string name, string values) = Sides("--axis", axis);
            if (grid.ContainsKey(name))
                throw new InputException($"--axis {name}: given twice");
            grid[name] = name == AxisSetting.Policy && values == "all" ? "all" : new JsonArray([.. Values(name, values)]);
        }
        foreach (string setting in settings)
        {
            (string name, string value) = Sides("--set", setting);
            shared[name] = AxisSetting.Find(name).Key.Parse(value);
        }
        if (!grid.ContainsKey(AxisSetting.Trace) && !shared.ContainsKey(AxisSetting.Trace))
            shared[AxisSetting.Trace] = trace ?? Traces.Default;
        JsonObject experiment = new()
        {
            ["name"] = string.Join('-', grid.Select(axis => axis.Key).Prepend(Path.GetFileNameWithoutExtension(trace ?? Traces.Default))),
            ["base"] = shared,
            ["grid"] = grid,
        };
        if (slo.Length > 0)
            experiment["slo"] = string.Join(',', slo);
        return Experiment.Parse("command line", experiment.ToJsonString(), folder: null, mostPoints);
    }

    private static IEnumerable<JsonNode?> Values(string name, string values)
    {
        ConfigKey key = AxisSetting.Find(name).Key;
        return values.Split(',', StringSplitOptions.TrimEntries).Select(v => key.Parse(v));
    }

    private static (string Name, string Value) Sides(string option, string text) =>
        text.Split('=', 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 } name, { Length: > 0 } value]
            ? (name, value)
            : throw new InputException($"{option} {text}: expected NAME=VALUE, such as rate=2,4,8");
}
