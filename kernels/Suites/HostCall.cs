using ELLM.Sim.Kernels.Measure;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>Something timed by the host's clock.</summary>
/// <param name="bench">The device.</param>
/// <param name="key">What it is.</param>
/// <param name="calls">How many calls one run of <paramref name="timed"/> makes.</param>
/// <param name="timed">Between the two readings of the clock.</param>
/// <param name="before">Before the first reading.</param>
/// <param name="after">After the second, whatever happened.</param>
internal sealed class HostCall(Bench bench, PointKey key, int calls, Action timed, Action? before = null, Action? after = null)
    : IExperiment
{
    public IReadOnlyList<PointKey> Points { get; } = [key];

    public string Clock => "host";

    public long DeviceBytes => 0;

    public void Enter()
    {
    }

    public void Sample(Span<double> us)
    {
        before?.Invoke();
        try
        {
            long start = bench.Clock.NowNs;
            timed();
            us[0] = Math.Max(bench.Clock.NowNs - start - bench.EmptyNs, 0) / 1e3 / calls;
        }
        finally
        {
            after?.Invoke();
        }
    }

    public void Leave() => bench.Driver.StreamSynchronize(bench.Stream);
}
