using ELLM.Sim.Compat.Vidur;

namespace ELLM.Sim.Tests.Compat.Vidur;

/// <summary>Collects the time between tokens: for each decode token, the time since its request's previous iteration ended.</summary>
/// <remarks>From the second output token on; the first one after a restart's prefill is not counted either.</remarks>
internal sealed class VidurTokenGaps : IVidurObserver
{
    private readonly List<double> _seconds = [];

    public IReadOnlyList<double> Seconds => _seconds;

    public void BatchScheduled(int replica, VidurBatch batch, int waiting, int usedBlocks)
    {
        // Gaps are known when the batch ends.
    }

    public void BatchEnded(int replica, VidurBatch batch, double time)
    {
        foreach (VidurRequest request in batch.Requests)
        {
            if (request.StartedDecode)
                _seconds.Add(time - batch.ScheduledAt + request.IterationDelay);
        }
    }
}
