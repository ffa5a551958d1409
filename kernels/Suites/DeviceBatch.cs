using ELLM.Sim.Kernels.Measure;

namespace ELLM.Sim.Kernels.Suites;

/// <summary>Work on the device by its own clock: the slope between a short and a long train, so that the cost of timing cancels.</summary>
/// <remarks>
/// The long train is made longer until it takes at least 200 us, against which the events' resolution of 0.5 us is small. Work that
/// takes that long alone is timed alone. What remains is what one piece adds to a train of them, not what an isolated one waits.
/// </remarks>
/// <param name="bench">The device.</param>
/// <param name="key">What it is.</param>
/// <param name="enqueue">Enqueues the i-th piece on the first stream; pieces should touch different memory.</param>
/// <param name="prepare">Before the first sample of a visit.</param>
internal sealed class DeviceBatch(Bench bench, PointKey key, Action<int> enqueue, Action? prepare = null) : IExperiment
{
    private const double LongEnoughUs = 200;
    private const int LongestTrain = 512;

    private int _train;

    public IReadOnlyList<PointKey> Points { get; } = [key];

    public string Clock => "device";

    public long DeviceBytes => 0;

    public void Enter()
    {
        prepare?.Invoke();
        if (_train == 0)
            _train = FindTrain();
    }

    public void Sample(Span<double> us)
    {
        if (_train == 1)
        {
            us[0] = bench.DeviceUs(enqueue, 1);
            return;
        }
        int few = _train / 4;
        double less = bench.DeviceUs(enqueue, few);
        double more = bench.DeviceUs(enqueue, _train);
        us[0] = Math.Max((more - less) / (_train - few), 0);
    }

    public void Leave() => bench.Driver.StreamSynchronize(bench.Stream);

    private int FindTrain()
    {
        bench.DeviceUs(enqueue, 1);
        if (bench.DeviceUs(enqueue, 1) >= LongEnoughUs)
            return 1;
        int train = 4;
        while (train < LongestTrain && bench.DeviceUs(enqueue, train) < LongEnoughUs)
            train *= 2;
        return train;
    }
}
