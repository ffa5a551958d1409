using ELLM.Sim.Kernels.Measure;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>Two kinds of work at once, one a stream, each by the device's clock.</summary>
/// <remarks>Pieces are enqueued in turns, their numbers chosen so that both would take about as long alone: what overlaps least at
/// the ends dilutes the effect, so trains are made at least 2 ms long.</remarks>
/// <param name="bench">The device.</param>
/// <param name="first">What the first stream does.</param>
/// <param name="firstWork">Enqueues a piece of it.</param>
/// <param name="second">What the second stream does.</param>
/// <param name="secondWork">Enqueues a piece of it.</param>
internal sealed class TwoStreams(
    Bench bench, PointKey first, Action<nint, int> firstWork, PointKey second, Action<nint, int> secondWork) : IExperiment
{
    private const double LongEnoughUs = 2000;
    private const int MostPieces = 256;

    private int _firstPieces;
    private int _secondPieces;

    public IReadOnlyList<PointKey> Points { get; } = [first, second];

    public string Clock => "device";

    public long DeviceBytes => 0;

    public void Enter()
    {
        if (_firstPieces > 0)
            return;
        double one = bench.DeviceUs(i => firstWork(bench.Stream, i), 4) / 4;
        double other = bench.DeviceUs(i => secondWork(bench.Stream, i), 4) / 4;
        double together = Math.Max(LongEnoughUs, 2 * Math.Max(one, other));
        _firstPieces = Math.Clamp((int)(together / Math.Max(one, 0.1)), 2, MostPieces);
        _secondPieces = Math.Clamp((int)(together / Math.Max(other, 0.1)), 2, MostPieces);
    }

    public void Sample(Span<double> us)
    {
        Driver.ICudaDriver driver = bench.Driver;
        driver.EventRecord(bench.Start, bench.Stream);
        driver.EventRecord(bench.SecondStart, bench.SecondStream);
        int done = 0;
        for (int i = 0; i < _firstPieces; i++)
        {
            firstWork(bench.Stream, i);
            for (; done * _firstPieces < (i + 1) * _secondPieces; done++)
                secondWork(bench.SecondStream, done);
        }
        driver.EventRecord(bench.End, bench.Stream);
        driver.EventRecord(bench.SecondEnd, bench.SecondStream);
        driver.EventSynchronize(bench.End);
        driver.EventSynchronize(bench.SecondEnd);
        us[0] = driver.EventElapsedMs(bench.Start, bench.End) * 1e3 / _firstPieces;
        us[1] = driver.EventElapsedMs(bench.SecondStart, bench.SecondEnd) * 1e3 / _secondPieces;
    }

    public void Leave()
    {
        bench.Driver.StreamSynchronize(bench.Stream);
        bench.Driver.StreamSynchronize(bench.SecondStream);
    }
}
