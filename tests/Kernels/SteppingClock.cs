using ELLM.Sim.Kernels.Measure;

namespace ELLM.Sim.Tests.Kernels;

/// <summary>A clock that moves by a fixed step whenever it is read: time passes without waiting.</summary>
internal sealed class SteppingClock(long stepNs) : IClock
{
    private long _now;

    public long NowNs => Interlocked.Add(ref _now, stepNs);
}
