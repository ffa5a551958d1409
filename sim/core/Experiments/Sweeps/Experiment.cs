using System.Globalization;
using System.Text.Json.Nodes;
using ELLM.Sim.Hardware;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Experiments.Sweeps;

/// <summary>An experiment with its points listed: what a sweep runs, in this order, and a regression check compares.</summary>
public sealed class Experiment
{
    /// <summary>More points than this have to be asked for.</summary>
    public const int DefaultMaxPoints = 10_000;

    private static readonly Catalog<ExperimentSpec> Shipped = new("experiment", "experiments", ExperimentJson.Default.ExperimentSpec,
        _ => null);

    private Experiment(
        string source, ExperimentSpec spec, IReadOnlyList<Axis> axes, IReadOnlyList<SweepPoint> points,
        IReadOnlyList<SummaryColumn> metrics)
    {
        Source = source;
        Spec = spec;
        Axes = axes;
        Points = points;
        Metrics = metrics;
    }

    /// <summary>Names of the shipped experiments.</summary>
    public static IReadOnlyList<string> Names => Shipped.Names;

    /// <summary>The file, for messages.</summary>
    public string Source { get; }

    public ExperimentSpec Spec { get; }

    /// <summary>What varies, slowest first.</summary>
    public IReadOnlyList<Axis> Axes { get; }

    /// <summary>Every point once, in the order of results.</summary>
    public IReadOnlyList<SweepPoint> Points { get; }

    /// <summary>Metrics to keep.</summary>
    public IReadOnlyList<SummaryColumn> Metrics { get; }

    /// <summary>A shipped experiment by its name, or a file.</summary>
    /// <exception cref="InputException">Unknown name, unreadable file, a fault in it, or more points than allowed.</exception>
    public static Experiment Load(string nameOrPath, int maxPoints = DefaultMaxPoints)
    {
        (string source, string json) = Shipped.Read(nameOrPath);
        string? folder = Catalog<ExperimentSpec>.IsPath(nameOrPath) ? Path.GetDirectoryName(nameOrPath) : null;
        return Parse(source, json, string.IsNullOrEmpty(folder) ? null : folder, maxPoints);
    }

    /// <param name="source">What messages call the file.</param>
    /// <param name="folder">Where paths in the file start; null: where the program runs.</param>
    /// <inheritdoc cref="Load"/>
    public static Experiment Parse(string source, string json, string? folder = null, int maxPoints = DefaultMaxPoints)
    {
        ExperimentSpec spec = Shipped.Parse(source, json);
        ExperimentReader reader = new(source, json, spec);
        Dictionary<string, JsonNode?> settings = reader.Base();
        List<ExperimentPoints.Leg> legs = reader.Legs(settings);
        Axis[] axes = [.. legs.SelectMany(leg => leg.Axes)];
        string[] given = [.. settings.Keys, .. axes.Select(a => a.Setting.Name)];
        ExperimentPoints points = new(settings, legs, folder, reader.Filters("only", spec.Only, given),
            reader.Filters("exclude", spec.Exclude, given));
        if (points.Combinations > maxPoints)
        {
            string count = points.Combinations.ToString("#,0", CultureInfo.InvariantCulture);
            throw new InputException(
                FormattableString.Invariant(
                    $"{source}: {count} points are more than {maxPoints:#,0}: pass --max-points {points.Combinations:0} if that is meant"));
        }
        return new Experiment(source, spec, axes, reader.Whole(points.List), reader.Whole(() => MetricsOf(spec.Metrics)));
    }

    private static IReadOnlyList<SummaryColumn> MetricsOf(IReadOnlyList<string>? names)
    {
        string[] known = [.. SummaryColumns.Metrics.Select(c => c.Name)];
        if (names is null)
            return [.. SummaryColumns.Metrics];
        if (names.Count == 0)
            throw new InputException("metrics: expected at least one name, found none; leave metrics out to keep all");
        return [.. names.Select(name => known.Contains(name)
            ? SummaryColumns.Find(name)
            : throw new InputException(
                $"metrics: unknown metric '{name}'{(NearestName.Of(name, known) is string near ? $" (did you mean '{near}'?)" : "; docs/results.md lists all")}"))];
    }
}
