using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>The figures of a sweep, from its groups.csv: curves against the rate or another swept number, heat maps of two-axis
/// sweeps.</summary>
/// <remarks>What was swept is what varies in the file's first columns, so the file alone is enough.</remarks>
public sealed class SweepFigures
{
    private const string RateColumn = "rate_per_s";

    /// <summary>More rows or columns than this are a blur, not a map.</summary>
    private const int MostCells = 60;

    /// <summary>Values apart by more than this factor are drawn on a log axis.</summary>
    private const double WideRange = 50;

    private readonly ResultRows _groups;
    private readonly string? _x;

    public SweepFigures(ResultRows groups)
    {
        _groups = groups;
        Axes = AxesOf(groups);
        string[] numbers = [.. Axes.Where(IsNumber)];
        _x = numbers.Contains(RateColumn) ? RateColumn : numbers.MaxBy(a => Distinct(a).Length);
    }

    /// <summary>Names for <c>--figure</c>.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [RateSweep.ThroughputName, RateSweep.LatencyName, RateSweep.AttainmentName, SweepMap.GoodputName, SweepMap.AttainmentName,
            Scores.Name];

    /// <summary>Columns that vary, in the order of the file.</summary>
    public IReadOnlyList<string> Axes { get; }

    /// <summary>The figures in reading order, and one line for each that has no data.</summary>
    public (IReadOnlyList<Figure> Figures, IReadOnlyList<string> Skipped) Draw()
    {
        List<Figure> figures = [];
        List<string> skipped = [];
        void Add(string name, string? missing, Func<Figure> make)
        {
            if (missing is null)
                figures.Add(make());
            else
                skipped.Add($"{name}: not drawn: {missing}");
        }
        string? noX = _groups.Rows.Count == 0 ? "groups.csv has no rows" : _x is null ? "no number was swept" : null;
        (IReadOnlyList<PolicySweep> series, bool scattered) = noX is null ? Series() : ([], false);
        RateSweep sweep = Sweep(series, scattered);
        Add(RateSweep.ThroughputName, noX ?? Missing("request_throughput_per_s", "goodput_per_s"), () => sweep.Throughput(series));
        Add(RateSweep.LatencyName, noX ?? Missing("ttft_p50_s", "tpot_p50_s", "e2e_p50_s", "ttft_p99_s", "tpot_p99_s", "e2e_p99_s"),
            () => sweep.Latency(
            series, Objective("slo_ttft_s"), Objective("slo_tpot_s"),
            Objectives().Length > 1 ? ["The objectives differ between the points: no line is drawn for them."] : []));
        Add(RateSweep.AttainmentName, noX ?? Missing("slo_attainment"), () => sweep.Attainment(series, target: null));
        Add(SweepMap.GoodputName, NoMap() ?? Missing("goodput_per_s"),
            () => Map(SweepMap.GoodputName, "Goodput (requests/s)", "goodput_per_s", 1));
        Add(SweepMap.AttainmentName, NoMap() ?? Missing("slo_attainment"),
            () => Map(SweepMap.AttainmentName, "SLO attainment (%)", "slo_attainment", 100));
        if (_x is null)
            Add(Scores.Name,
                _groups.Rows.Count == 0 ? "groups.csv has no rows" : Missing("request_throughput_per_s", "goodput_per_s", "slo_attainment"),
                Bars);
        return (figures, skipped);
    }

    /// <summary>A setting as words: names speak for themselves, numbers need theirs.</summary>
    public static string Words(string column, string value) =>
        column is "policy" or "model" or "gpu" or "trace" ? value : $"{column}={value}";

    private static string[] AxesOf(ResultRows groups)
    {
        groups.Require("points", "sweep");
        int end = groups.Columns.ToList().IndexOf("points");
        return [.. groups.Columns.Take(end)
            .Where(c => groups.Rows.Select(r => groups.Text(r, c)).Distinct(StringComparer.Ordinal).Count() > 1)];
    }

    private bool IsNumber(string axis) => _groups.Rows.All(r => double.IsFinite(_groups.Number(r, axis)));

    private string[] Distinct(string axis) => [.. _groups.Rows.Select(r => _groups.Text(r, axis)).Distinct(StringComparer.Ordinal)];

    /// <summary>The first that is not a column, when none is; a sweep may keep some metrics alone.</summary>
    private string? Missing(params string[] metrics) => metrics.Any(_groups.Has) ? null : $"groups.csv has no column {metrics[0]}";

    private string Name(string[] row, IEnumerable<string> axes) =>
        string.Join(", ", axes.Select(a => Words(a, _groups.Text(row, a)))) is { Length: > 0 } name
            ? name
            : _groups.Text(row, "policy");

    /// <summary>A curve a combination of the other axes; where every combination is a single point, of the named ones alone.</summary>
    private (PolicySweep[] Series, bool Scattered) Series()
    {
        string[] others = [.. Axes.Where(a => a != _x)];
        string[] named = [.. others.Where(a => !IsNumber(a))];
        bool scattered = named.Length < others.Length && _groups.Rows.DistinctBy(r => Name(r, others)).Count() * 2 > _groups.Rows.Count;
        PolicySweep[] series = [.. _groups.Rows
            .GroupBy(r => Name(r, scattered ? named : others), StringComparer.Ordinal)
            .Select(g => new PolicySweep(g.Key, [.. g.Select(Point).OrderBy(p => p.At)]))];
        return (series, scattered);
    }

    private RateSweep Sweep(IReadOnlyList<PolicySweep> series, bool scattered)
    {
        double[] at = [.. series.SelectMany(s => s.Points).Select(p => p.At)];
        bool wide = at.Length > 0 && at.Min() > 0 && at.Max() / at.Min() > WideRange;
        RateSweep sweep = new() { Scattered = scattered };
        return _x is null or RateColumn ? sweep : sweep with { Label = _x, Words = _x, Scale = wide ? Scale.Log : Scale.Linear };
    }

    private RatePoint Point(string[] row)
    {
        double Value(string column) => _groups.Number(row, column);
        return new RatePoint(Value(_x!))
        {
            ThroughputPerS = Value("request_throughput_per_s"),
            ThroughputHalfWidth = Value("request_throughput_per_s_ci95"),
            GoodputPerS = Value("goodput_per_s"),
            GoodputHalfWidth = Value("goodput_per_s_ci95"),
            SloAttainment = Value("slo_attainment"),
            AttainmentHalfWidth = Value("slo_attainment_ci95"),
            TtftP50S = Value("ttft_p50_s"),
            TtftP99S = Value("ttft_p99_s"),
            TpotP50S = Value("tpot_p50_s"),
            TpotP99S = Value("tpot_p99_s"),
            EndToEndP50S = Value("e2e_p50_s"),
            EndToEndP99S = Value("e2e_p99_s"),
        };
    }

    private string[] Objectives() =>
        [.. _groups.Rows.Select(r => _groups.Text(r, "slo_ttft_s") + " " + _groups.Text(r, "slo_tpot_s")).Where(t => t.Length > 1)
            .Distinct(StringComparer.Ordinal)];

    private double? Objective(string column) =>
        Objectives().Length == 1 ? _groups.Rows.Select(r => _groups.Number(r, column)).First(v => !double.IsNaN(v)) : null;

    private string? NoMap() => Axes.Count != 2 ? $"a map needs two swept settings, found {Axes.Count}"
        : Axes.Any(a => Distinct(a).Length > MostCells) ? $"a setting has more than {MostCells} values"
        : Distinct(Axes[0]).Length * Distinct(Axes[1]).Length > 4 * _groups.Rows.Count ? "the two settings were not swept as a grid"
        : null;

    private Figure Map(string name, string title, string metric, double scale)
    {
        string[] rows = Distinct(Axes[0]), columns = Distinct(Axes[1]);
        double[][] values = [.. rows.Select(_ => columns.Select(_ => double.NaN).ToArray())];
        foreach (string[] row in _groups.Rows)
            values[Array.IndexOf(rows, _groups.Text(row, Axes[0]))][Array.IndexOf(columns, _groups.Text(row, Axes[1]))] =
                scale * _groups.Number(row, metric);
        static string Label(string axis) => axis == RateColumn ? new RateSweep().Label : axis;
        return SweepMap.Of(name, title, Label(Axes[1]), columns, Label(Axes[0]), rows, values);
    }

    private Figure Bars() => Scores.Of([.. _groups.Rows.Select(r => new PolicyScore(
        Name(r, Axes), _groups.Number(r, "request_throughput_per_s"), _groups.Number(r, "goodput_per_s"),
        _groups.Number(r, "output_throughput_tokens_per_s"), _groups.Number(r, "slo_attainment")))]);
}
