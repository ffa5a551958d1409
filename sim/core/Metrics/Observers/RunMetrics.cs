using ELLM.Sim.Memory;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Observers;

/// <summary>Watches a run and keeps what no request record holds: batch, queue and KV over time, the gaps between tokens.</summary>
/// <remarks>
/// Every call costs O(1) and allocates nothing. All sums are exact integers over the steps, so that they are the same wherever the
/// engine cut its spans, and so the same for stepping and for jumping. <see cref="StepSums"/> has the formulas.
/// </remarks>
public sealed class RunMetrics : IServingObserver
{
    private KvUse _kv;
    private MemoryCalls _calls;
    private ActivationUse _activations;

    /// <summary>Time the replicas had iterations in flight, summed over replicas, and over virtual engines where those share
    /// pipeline stages.</summary>
    public long BusyPs { get; private set; }

    /// <summary>The part of <see cref="BusyPs"/> in iterations with at least one decoding sequence.</summary>
    public long DecodeBusyPs { get; private set; }

    public long Iterations { get; private set; }

    public long PrefillTokens { get; private set; }

    public long DecodeTokens { get; private set; }

    /// <summary>Sum over iterations of the sequences in them.</summary>
    public long BatchSum { get; private set; }

    /// <summary>Time integral of the batch size, sequence-picoseconds.</summary>
    public Int128 BatchIntegral { get; private set; }

    public int BatchMax { get; private set; }

    /// <summary>Time integral of the waiting requests as the scheduler saw them, request-picoseconds.</summary>
    public Int128 QueueIntegral { get; private set; }

    public int QueueMax { get; private set; }

    /// <summary>Sum over decode steps of the KV lengths attended to: what decode attention reads.</summary>
    public Int128 DecodeContextTokens { get; private set; }

    /// <summary>Stalls of iterations, picoseconds.</summary>
    public long StallPs { get; private set; }

    public KvUse Kv => _kv;

    public MemoryCalls Calls => _calls;

    public ActivationUse Activations => _activations;

    /// <summary>Turns steps into live activation bytes; without it they count as none.</summary>
    public ActivationDemand Activation { get; init; }

    /// <summary>Gaps between consecutive output tokens of a request (ITL).</summary>
    public LogHistogram Itl { get; } = new();

    public Timeline Timeline { get; private set; } = new();

    /// <summary>Told which requests have ended; null when nothing is written beside the run.</summary>
    public RequestBlocks? Blocks { get; init; }

    /// <summary>Sums over requests as they end; null where their records are kept.</summary>
    /// <remarks>Of such a run no timeline is taken either.</remarks>
    public RequestSums? Requests
    {
        get;
        init
        {
            field = value;
            Timeline = value is null ? Timeline : new Timeline(maxRows: 0);
        }
    }

    public long NextSamplePs => Timeline.NextSamplePs;

    public void Sample(in ReplicaSample sample) => Timeline.Add(sample);

    public void Span(in IterationSpan span)
    {
        StepSums sums = new(span);
        int batch = span.PrefillSequences + span.DecodeSequences;
        long busyPs = span.EndPs - span.StartPs;
        BusyPs += busyPs;
        if (span.DecodeSequences > 0)
            DecodeBusyPs += busyPs;
        Iterations += span.Steps;
        PrefillTokens += span.PrefillTokens;
        DecodeTokens += span.Steps * span.DecodeSequences;
        BatchSum += span.Steps * batch;
        BatchIntegral += Math.BigMul(busyPs, batch);
        BatchMax = Math.Max(BatchMax, batch);
        if (span.Waiting > 0)
        {
            QueueIntegral += Math.BigMul(busyPs, span.Waiting);
            QueueMax = Math.Max(QueueMax, span.Waiting);
        }
        DecodeContextTokens += Math.BigMul(span.Steps, span.ContextTokens) + Math.BigMul(sums.Indices, span.DecodeSequences);
        StallPs += span.StallPs;
        _kv.Add(span, sums);
        _calls.Add(span);
        _activations.Add(span, Activation);
    }

    public void Gaps(long gapPs, long tokens) => Itl.Add(gapPs, tokens);

    public void GapSeries(long firstPs, long growthPs, long steps, long tokens) => Itl.AddSeries(firstPs, growthPs, steps, tokens);

    /// <remarks>Per-request metrics come from the records, all of them, when the run is over.</remarks>
    public void Ended(int request, in RequestRecord record)
    {
        Blocks?.Ended(request);
        Requests?.Add(record);
    }

    public IServingObserver Apart() => new RunMetrics
    {
        Activation = Activation,
        Blocks = Blocks,
        Requests = Requests is null ? null : new RequestSums(Requests.Slo),
    };

    public void Join(IReadOnlyList<IServingObserver> parts)
    {
        foreach (RunMetrics part in parts.Cast<RunMetrics>())
            Add(part);
        Timeline = Timeline.Of([.. parts.Cast<RunMetrics>().Select(part => part.Timeline)]);
    }

    private void Add(RunMetrics part)
    {
        BusyPs += part.BusyPs;
        DecodeBusyPs += part.DecodeBusyPs;
        Iterations += part.Iterations;
        PrefillTokens += part.PrefillTokens;
        DecodeTokens += part.DecodeTokens;
        BatchSum += part.BatchSum;
        BatchIntegral += part.BatchIntegral;
        BatchMax = Math.Max(BatchMax, part.BatchMax);
        QueueIntegral += part.QueueIntegral;
        QueueMax = Math.Max(QueueMax, part.QueueMax);
        DecodeContextTokens += part.DecodeContextTokens;
        StallPs += part.StallPs;
        _kv.Add(part._kv);
        _calls.Add(part._calls);
        _activations.Add(part._activations);
        Itl.Add(part.Itl);
        if (part.Requests is not null)
            Requests?.Add(part.Requests);
    }
}
