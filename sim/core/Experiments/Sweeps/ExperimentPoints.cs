using System.Text.Json.Nodes;
using ELLM.Sim.Configuration;
using ELLM.Sim.Policies;

namespace ELLM.Sim.Experiments.Sweeps;

/// <summary>Walks the blocks of an experiment and binds each combination to a configuration and a workload.</summary>
internal sealed class ExperimentPoints
{
    private readonly IReadOnlyDictionary<string, JsonNode?> _base;
    private readonly IReadOnlyList<Leg> _legs;
    private readonly string? _folder;
    private readonly PointFilter[] _only;
    private readonly PointFilter[] _exclude;
    private readonly Dictionary<string, PolicyPreset> _presets = new(StringComparer.Ordinal);

    /// <param name="settings">What all points share, by name.</param>
    /// <param name="folder">Folder of the experiment file: its paths start there. Null: paths start where the program runs.</param>
    public ExperimentPoints(
        IReadOnlyDictionary<string, JsonNode?> settings, IReadOnlyList<Leg> legs, string? folder, PointFilter[] only, PointFilter[] exclude)
    {
        _base = settings;
        _legs = legs;
        _folder = folder;
        _only = only;
        _exclude = exclude;
    }

    /// <summary>Axes that move together: the product is taken over legs.</summary>
    /// <param name="Axes">All of the length <paramref name="Count"/>.</param>
    internal sealed record Leg(IReadOnlyList<Axis> Axes, int Count);

    /// <summary>Combinations before any is filtered.</summary>
    public double Combinations => _legs.Aggregate(1.0, (product, leg) => product * leg.Count);

    /// <summary>The points that pass the filters, each once.</summary>
    /// <exception cref="InputException">Two are the same, none is left, or one cannot be bound.</exception>
    public IReadOnlyList<SweepPoint> List()
    {
        List<SweepPoint> points = [];
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        int[] at = new int[_legs.Count];
        do
        {
            Dictionary<string, JsonNode?> settings = new(_base, StringComparer.Ordinal);
            List<string> values = [];
            for (int l = 0; l < at.Length; l++)
            {
                foreach (Axis axis in _legs[l].Axes)
                {
                    settings[axis.Setting.Name] = axis.Values[at[l]];
                    values.Add(Axis.Text(axis.Values[at[l]]));
                }
            }
            if (!Keep(settings))
                continue;
            if (!seen.TryAdd(string.Join('\u001f', values), points.Count))
                throw new InputException($"two points are the same ({Describe(values)}): list every value once");
            points.Add(Bind(points.Count, values, settings));
        }
        while (Advance(at));
        // One point may lack a knob that others have.
        ConfigBinder.RequireHeld(_base.Keys.Concat(_legs.SelectMany(l => l.Axes).Select(a => a.Setting.Name)),
            [.. points.Select(p => p.Config)]);
        return points.Count > 0 ? points : throw new InputException("no point is left after only and exclude");
    }

    private bool Keep(Dictionary<string, JsonNode?> settings)
    {
        JsonNode? Value(string name) => settings.GetValueOrDefault(name);
        return (_only.Length == 0 || Array.Exists(_only, f => f.Matches(Value))) && !Array.Exists(_exclude, f => f.Matches(Value));
    }

    /// <summary>The last leg varies fastest.</summary>
    private bool Advance(int[] at)
    {
        for (int l = at.Length - 1; l >= 0; l--)
        {
            if (++at[l] < _legs[l].Count)
                return true;
            at[l] = 0;
        }
        return false;
    }

    private SweepPoint Bind(int index, List<string> values, Dictionary<string, JsonNode?> settings)
    {
        string Word(string name, string otherwise) =>
            settings.TryGetValue(name, out JsonNode? node) ? Place(name, Axis.Text(node)) : otherwise;
        string policy = Word(AxisSetting.Policy, "vllm");
        if (!_presets.TryGetValue(policy, out PolicyPreset? preset))
            _presets[policy] = preset = PresetCatalog.Load(policy);
        RunConfig config = ConfigBinder.BindHeld(preset, settings
            .Where(s => s.Key != AxisSetting.Policy && !AxisSetting.Find(s.Key).IsWorkload)
            .Select(s => new Assignment(s.Key, Place(s.Key, Axis.Text(s.Value)))));
        WorkloadChoice workload = new(
            Word(AxisSetting.Trace, Traces.Default),
            settings.GetValueOrDefault(AxisSetting.Rate)?.GetValue<double>(),
            settings.GetValueOrDefault(AxisSetting.Scale)?.GetValue<double>(),
            (int?)settings.GetValueOrDefault(AxisSetting.Limit)?.GetValue<long>(),
            config.Seed);
        return new SweepPoint(index, values, config, workload);
    }

    /// <summary>A path written in the experiment file, from where the program runs.</summary>
    private string Place(string setting, string text)
    {
        const string Table = "table:";
        bool path = setting switch
        {
            AxisSetting.Trace => !Traces.Names.Contains(text) && text.AsSpan().IndexOfAny("/\\.") >= 0,
            AxisSetting.Policy or "model" or "gpu" or "profile" or "timing.profile" => Hardware.Catalog<PolicyPreset>.IsPath(text),
            _ => false,
        };
        if (_folder is null)
            return text;
        if (setting == "timing.model" && text.StartsWith(Table, StringComparison.Ordinal))
            return Table + Path.Combine(_folder, text[Table.Length..]);
        return path ? Path.Combine(_folder, text) : text;
    }

    private string Describe(List<string> values) =>
        string.Join(", ", _legs.SelectMany(l => l.Axes).Select((axis, i) => $"{axis.Setting.Name}={values[i]}"));
}
