using ELLM.Sim.Numerics;
using ELLM.Sim.Time;

namespace ELLM.Sim.Workload.Readers;

/// <summary>Arrivals of a Poisson process, each time rounded to whole microseconds.</summary>
internal sealed class PoissonClock(double ratePerSecond, ulong seed, string stream)
{
    private readonly RandomStream _random = RandomStream.Named(seed, stream);
    private double _seconds;

    public long Next()
    {
        _seconds += Distributions.Exponential(_random, 1 / ratePerSecond);
        double microseconds = Math.Round(_seconds * 1e6, MidpointRounding.ToEven);
        if (!(microseconds < long.MaxValue / SimTime.PsPerMicrosecond))
            throw new InputException(FormattableString.Invariant(
                $"at {ratePerSecond}/s the last arrival is beyond the simulator's clock of 106 days"));
        return (long)microseconds * SimTime.PsPerMicrosecond;
    }
}
