namespace ELLM.Sim.Kernels.Suites;

/// <summary>Memory-bound kernels on the second stream, to see what else slows down beside them.</summary>
/// <param name="bench">Where they run; they read its source buffer.</param>
/// <param name="launches">Kernels of one refill: enough to outlast what is timed beside them.</param>
internal sealed class BackgroundLoad(Bench bench, int launches)
{
    private bool _started;

    /// <summary>False when the device went idle in between.</summary>
    public bool IsRunning => _started && !bench.Driver.EventIsDone(bench.SecondEnd);

    /// <summary>Refills the stream unless it is busy.</summary>
    public void Ensure()
    {
        if (IsRunning)
            return;
        for (int i = 0; i < launches; i++)
            bench.Kernels.ReadContiguous(bench.SecondStream, bench.Source, bench.Folded, bench.Sizes.ArenaBytes);
        bench.Driver.EventRecord(bench.SecondEnd, bench.SecondStream);
        _started = true;
    }

    public void Drain()
    {
        bench.Driver.StreamSynchronize(bench.SecondStream);
        _started = false;
    }
}
