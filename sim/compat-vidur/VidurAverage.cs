namespace ELLM.Sim.Compat.Vidur;

/// <summary>Time-weighted mean of a value that holds until the next sample.</summary>
/// <param name="zeroIsUnset">Intervals that start at time 0 are left out (<see cref="VidurQuirks.ZeroTimeIsUnset"/>).</param>
public sealed class VidurAverage(bool zeroIsUnset)
{
    private double _lastTime;
    private double _lastValue;
    private bool _any;
    private double _sum;
    private double _time;

    /// <summary>Null while no time has passed between samples that count.</summary>
    public double? Mean => _time > 0 ? _sum / _time : null;

    public double Max { get; private set; } = double.NegativeInfinity;

    public void Put(double time, double value)
    {
        if (_any && !(zeroIsUnset && _lastTime == 0))
        {
            double length = time - _lastTime;
            _sum += _lastValue * length;
            _time += length;
        }
        (_lastTime, _lastValue, _any) = (time, value, true);
        Max = Math.Max(Max, value);
    }
}
