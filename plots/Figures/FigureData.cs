namespace ELLM.Sim.Plots.Figures;

/// <summary>Per-request latencies of a policy, seconds.</summary>
public sealed record PolicyLatencies(string Policy, double[] TtftS, double[] TpotS, double[] EndToEndS);

/// <summary>GPU memory of a policy over time, bytes over all ranks of a replica; each value holds until the next instant.</summary>
/// <param name="Layers">From the bottom of the stack; <see cref="MemoryLayer"/> names them.</param>
/// <param name="HostBytes">KV in host memory, beside the GPU's.</param>
public sealed record PolicyMemory(
    string Policy, double[] TimeS, IReadOnlyList<(MemoryLayer Layer, double[] Bytes)> Layers, double[] HostBytes);

/// <summary>What GPU memory holds, in the order of the stack.</summary>
public enum MemoryLayer
{
    Weights,
    Runtime,
    ActivationsLive,
    ActivationsIdle,
    KvLive,
    KvIdle,
    PrefixesIdle,
    Free,
    Outside,
}

/// <summary>Batch and queue of a policy over time.</summary>
public sealed record PolicyLoad(string Policy, double[] TimeS, double[] Running, double[] Waiting, double[] Parked);

/// <summary>Mean seconds a request spent in each term of the time ledger: all requests, and the slowest 1 % by end-to-end
/// latency.</summary>
/// <param name="Terms">Names of the terms, one for each value.</param>
public sealed record PolicyLedger(string Policy, IReadOnlyList<string> Terms, double[] MeanS, double[] SlowestMeanS);

/// <summary>Shares of the KV memory that was taken; they sum to one.</summary>
public sealed record PolicyWaste(string Policy, double Useful, double Reserved, double Internal, double External);

/// <summary>What a policy achieved.</summary>
public sealed record PolicyScore(string Policy, double RequestsPerS, double GoodputPerS, double OutputTokensPerS, double SloAttainment);

/// <summary>What a policy reached as shares of its oracle: the same scheduler and limits with live bytes only. NaN where
/// undefined.</summary>
public sealed record PolicyShare(string Policy, double OutputTokens, double Goodput);

/// <summary>One point of a sweep over the arrival rate, or over another setting. NaN where a value is undefined.</summary>
/// <param name="At">The rate, or the setting's value.</param>
public sealed record RatePoint(double At)
{
    public double ThroughputPerS { get; init; } = double.NaN;

    public double GoodputPerS { get; init; } = double.NaN;

    public double SloAttainment { get; init; } = double.NaN;

    /// <summary>Half-width of the confidence interval of the mean over seeds, as of the two below.</summary>
    public double ThroughputHalfWidth { get; init; } = double.NaN;

    public double GoodputHalfWidth { get; init; } = double.NaN;

    public double AttainmentHalfWidth { get; init; } = double.NaN;

    public double TtftP50S { get; init; } = double.NaN;

    public double TtftP99S { get; init; } = double.NaN;

    public double TpotP50S { get; init; } = double.NaN;

    public double TpotP99S { get; init; } = double.NaN;

    public double EndToEndP50S { get; init; } = double.NaN;

    public double EndToEndP99S { get; init; } = double.NaN;
}

/// <summary>What one policy, or one combination of other settings, did at each point.</summary>
/// <param name="Points">By <see cref="RatePoint.At"/>, ascending.</param>
/// <param name="CapacityPerS">The highest rate that meets the attainment asked for, if it was searched.</param>
public sealed record PolicySweep(string Policy, IReadOnlyList<RatePoint> Points, double? CapacityPerS = null);

/// <summary>The requests of a trace.</summary>
public sealed record WorkloadData(string Trace, double[] ArrivalS, double[] InputTokens, double[] OutputTokens);

/// <summary>A configuration with what it costs and how slow it is; the best have neither more of both.</summary>
public sealed record ParetoPoint(string Label, double Cost, double Latency);

/// <summary>Measured medians and fitted values of one operation.</summary>
/// <param name="XLabel">What <paramref name="X"/> counts, with its unit.</param>
/// <param name="X">Ascending; equal values differ in something that is not drawn.</param>
/// <param name="Measured">Microseconds, as <paramref name="Fitted"/>.</param>
public sealed record CalibrationSeries(string Name, string XLabel, double[] X, double[] Measured, double[] Fitted);

/// <summary>One comparison of a validation suite that has a bound.</summary>
/// <param name="Error">In the bound's unit.</param>
/// <param name="Text">Error and bound, reference and own value, in words.</param>
public sealed record CheckedError(string What, double Error, double Bound, string Text);
