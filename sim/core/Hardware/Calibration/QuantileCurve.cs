namespace ELLM.Sim.Hardware.Calibration;

/// <summary>Quantile function of a call's time as a multiple of its median, to draw from.</summary>
/// <remarks>
/// Straight lines between the knots 0.5, 0.9, 0.99 and 1 - 1/samples (where the largest sample sits), level outside: nothing is
/// drawn below the median's multiple one or above the largest that was seen. So the mean of draws is a little above the true one.
/// </remarks>
public sealed class QuantileCurve
{
    private readonly double[] _at;
    private readonly double[] _multiple;

    internal QuantileCurve(TailQuantiles? tail)
    {
        _at = [0.5];
        _multiple = [1];
        if (tail is null)
            return;
        _at = [0.5, 0.9, 0.99];
        _multiple = [1, tail.P90, tail.P99];
        if (tail.Max is not { } max)
            return;
        _at = [.. _at, 1 - (1.0 / Math.Max(tail.Samples ?? 1000, 101))];
        _multiple = [.. _multiple, max];
    }

    /// <summary>True when no spread is known: every multiple is one.</summary>
    public bool IsConstant => _at.Length == 1;

    /// <summary>The multiple of the median at probability <paramref name="u"/> in [0, 1].</summary>
    public double Multiple(double u)
    {
        int next = 0;
        while (next < _at.Length && _at[next] < u)
            next++;
        if (next == 0)
            return _multiple[0];
        if (next == _at.Length)
            return _multiple[^1];
        double share = (u - _at[next - 1]) / (_at[next] - _at[next - 1]);
        return _multiple[next - 1] + (share * (_multiple[next] - _multiple[next - 1]));
    }
}
