namespace ELLM.Sim.Experiments.Capacity;

/// <summary>Where a deployment stops meeting its objectives.</summary>
/// <param name="Highest">The deployment at its capacity; null when no rate meets the target.</param>
/// <param name="Next">The lowest tested rate above that misses the target; null when none was found.</param>
/// <param name="LowRatePerS">Lower end of the capacity's 95 % interval; null when there is none.</param>
/// <param name="HighRatePerS">Upper end.</param>
/// <param name="Tested">Every rate that was run, ascending.</param>
public sealed record CapacityBracket(
    LoadPoint? Highest, LoadPoint? Next, double? LowRatePerS, double? HighRatePerS, IReadOnlyList<LoadPoint> Tested)
{
    /// <summary>Half-widths of the interval above this share of the capacity are no answer.</summary>
    public const double WidestShare = 0.1;

    /// <summary>Half of the interval's width / the capacity.</summary>
    public double? HalfWidthShare => (HighRatePerS - LowRatePerS) / 2 / Highest?.RatePerS;

    /// <summary>The requests say too little: the capacity is somewhere in the interval.</summary>
    public bool TooShort => HalfWidthShare > WidestShare;
}
