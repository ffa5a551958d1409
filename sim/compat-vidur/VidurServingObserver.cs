using ELLM.Sim.Serving;
using ELLM.Sim.Time;

namespace ELLM.Sim.Compat.Vidur;

/// <summary>Tells an observer of the engine about a run in compatibility mode, and counts.</summary>
/// <remarks>
/// An iteration is a batch from its forming to its end, in pipelines too, where they overlap. Gaps are between the ends of the
/// iterations of a request that gave it tokens. Samples carry no host memory.
/// </remarks>
internal sealed class VidurServingObserver(VidurConfig config, VidurMemoryPlan plan, IServingObserver? observer) : IVidurObserver
{
    private readonly Dictionary<VidurRequest, double> _lastToken = [];
    private readonly Dictionary<(int Replica, int Batch), (IterationSpan Span, int UsedBlocks)> _running = [];
    private readonly int[] _sequences = new int[config.Replicas];
    private readonly double[] _busyUntil = new double[config.Replicas];
    private double _busy;
    private RunCounters _counters;

    public RunCounters Counters => _counters;

    public void BatchScheduled(int replica, VidurBatch batch, int waiting, int usedBlocks)
    {
        _sequences[replica] += batch.Requests.Count;
        _counters.Iterations++;
        _counters.PrefillIterations += batch.PrefillTokens > 0 ? 1 : 0;
        _counters.PrefillTokens += batch.PrefillTokens;
        _counters.DecodeTokens += batch.TotalTokens - batch.PrefillTokens;
        _counters.MaxRunning = Math.Max(_counters.MaxRunning, _sequences[replica]);
        _counters.MaxWaiting = Math.Max(_counters.MaxWaiting, waiting);
        int decodes = batch.Requests.Count(request => request.PrefillComplete);
        long context = batch.Requests.Where(request => request.PrefillComplete).Sum(request => (long)request.Done);
        IterationSpan span = new()
        {
            Replica = replica,
            StartPs = SimTime.FromSeconds(batch.ScheduledAt).Picoseconds,
            Steps = 1,
            PrefillTokens = batch.PrefillTokens,
            PrefillSequences = batch.Requests.Count - decodes,
            DecodeSequences = decodes,
            ContextTokens = context,
            LiveTokens = context + batch.Requests.Where(request => !request.PrefillComplete)
                .Sum(request => (long)request.Done) + batch.PrefillTokens,
            Waiting = waiting,
        };
        span.Kv.CapacityTokens = (long)plan.Blocks * config.BlockTokens;
        span.Kv.AllocatedSum = (long)usedBlocks * config.BlockTokens;
        _running.Add((replica, batch.Id), (span, usedBlocks));
        if (observer is not null && span.StartPs >= observer.NextSamplePs)
        {
            observer.Sample(new ReplicaSample(
                replica, span.StartPs, waiting, _sequences[replica], 0, batch.PrefillTokens, span.LiveTokens, span.Kv.AllocatedSum,
                span.Kv.CapacityTokens, 0));
        }
    }

    public void BatchEnded(int replica, VidurBatch batch, double time)
    {
        _sequences[replica] -= batch.Requests.Count;
        _running.Remove((replica, batch.Id), out (IterationSpan Span, int UsedBlocks) started);
        _busy += Math.Max(0, time - Math.Max(batch.ScheduledAt, _busyUntil[replica]));
        _busyUntil[replica] = time;
        Gaps(batch, time);
        if (observer is null)
            return;
        IterationSpan span = started.Span;
        span.EndPs = SimTime.FromSeconds(time).Picoseconds;
        span.Durations = new(span.EndPs - span.StartPs, 0);
        observer.Span(span);
    }

    /// <summary>After the last event.</summary>
    public void Finish(RequestRecord[] records)
    {
        for (int i = 0; i < records.Length; i++)
        {
            _counters.Preemptions += records[i].Preemptions;
            _counters.RecomputedTokens += records[i].RecomputedTokens;
            if (records[i].Status == RequestStatus.Finished)
                observer?.Ended(i, records[i]);
        }
        _counters.BusyPs = SimTime.FromSeconds(_busy).Picoseconds;
    }

    private void Gaps(VidurBatch batch, double time)
    {
        foreach (VidurRequest request in batch.Requests)
        {
            // A token came if the prefill is complete now: its last chunk and every decode give one.
            if (!request.PrefillComplete)
                continue;
            if (_lastToken.TryGetValue(request, out double last))
                observer?.Gaps(SimTime.FromSeconds(time).Picoseconds - SimTime.FromSeconds(last).Picoseconds, 1);
            if (request.Completed)
                _lastToken.Remove(request);
            else
                _lastToken[request] = time;
        }
    }
}
