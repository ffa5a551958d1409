using System.Text.Json.Serialization;

namespace ELLM.Sim.Hardware.Calibration;

/// <summary>What one operation of a device costs: an additive model of the median, an optional table of medians, and the tail.</summary>
/// <remarks>
/// <para>Median of one call on <c>n</c> items of <c>s</c> MiB each: <c>fixed_us + per_item_us n + per_MiB_us n s</c>, in microseconds.
/// An item is a mapped chunk for the VMM operations, one transfer for copies, one launch for kernels.</para>
/// <para>With <c>use: table</c> the median of a call on one item is read from <see cref="Table"/> over MiB instead, interpolated
/// on log-log axes: the first value below the table, the last segment's line beyond it.</para>
/// </remarks>
public sealed record CalibratedOperation
{
    /// <summary>Conditions of the measurement, in words: <c>device</c> → <c>idle</c>.</summary>
    public IReadOnlyDictionary<string, string>? When { get; init; }

    public required CostCoefficients Cost { get; init; }

    /// <summary>95 % confidence intervals of the coefficients, of a fit.</summary>
    public CostIntervals? Ci95 { get; init; }

    /// <summary>The spread around the median; absent means none is known.</summary>
    public TailQuantiles? Quantiles { get; init; }

    public CostSource Use { get; init; } = CostSource.Linear;

    /// <summary>Medians of a call on one item over its size, sizes ascending.</summary>
    public IReadOnlyList<TablePoint>? Table { get; init; }

    public FitQuality? Fit { get; init; }

    /// <summary>Source of everything below that <see cref="ProvenanceOf"/> does not name.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>Sources of single numbers, by key: <c>fixed_us</c>, <c>per_item_us</c>, <c>per_MiB_us</c>, <c>quantiles</c>,
    /// <c>table</c>.</summary>
    public IReadOnlyDictionary<string, Provenance>? ProvenanceOf { get; init; }

    /// <summary>The source of the number behind <paramref name="key"/>.</summary>
    public Provenance SourceOf(string key) =>
        ProvenanceOf is not null && ProvenanceOf.TryGetValue(key, out Provenance? own) ? own : Provenance;
}

/// <summary>Which of the two forms of an operation's median the simulator reads.</summary>
public enum CostSource
{
    Linear,
    Table,
}

/// <summary>Coefficients of the additive model, microseconds, none negative.</summary>
/// <param name="FixedUs">Per call.</param>
/// <param name="PerItemUs">Per item of the call.</param>
/// <param name="PerMibUs">Per 2^20 bytes; zero means that size costs nothing.</param>
public sealed record CostCoefficients(
    double FixedUs,
    double PerItemUs,
    [property: JsonPropertyName("per_MiB_us")] double PerMibUs)
{
    public double Us(double items, double mib) => FixedUs + (PerItemUs * items) + (PerMibUs * mib);
}

/// <summary>Lower and upper end of the interval of each coefficient.</summary>
public sealed record CostIntervals(
    IReadOnlyList<double> FixedUs,
    IReadOnlyList<double> PerItemUs,
    [property: JsonPropertyName("per_MiB_us")] IReadOnlyList<double> PerMibUs);

/// <summary>Quantiles as multiples of the median.</summary>
/// <param name="P50">One.</param>
/// <param name="P90">At least <paramref name="P50"/>.</param>
/// <param name="P99">At least <paramref name="P90"/>.</param>
/// <param name="Max">The largest of <paramref name="Samples"/>; absent when only the quantiles are known.</param>
/// <param name="Samples">How many calls the quantiles rest on.</param>
public sealed record TailQuantiles(double P50, double P90, double P99, double? Max = null, int? Samples = null);

/// <summary>Median of a call on one item of that size.</summary>
public sealed record TablePoint([property: JsonPropertyName("MiB")] double Mib, double Us);

/// <summary>How well the additive model follows the medians it was fitted to.</summary>
/// <param name="Points">Distinct conditions.</param>
/// <param name="Samples">Calls timed, warm-up left out.</param>
/// <param name="MaxRel">Largest relative residual.</param>
/// <param name="Worst">The point it happened at.</param>
/// <param name="MedianRel">Median absolute relative residual.</param>
/// <param name="Condition">Condition number of the weighted regressors, columns scaled to one.</param>
/// <param name="Drift">Largest relative deviation of a round's median from the point's median.</param>
/// <param name="Spikes">Samples above five times their point's median: kept, counted.</param>
public sealed record FitQuality(
    int Points, int Samples, double MaxRel, string Worst, double MedianRel, double Condition, double Drift, int Spikes);
