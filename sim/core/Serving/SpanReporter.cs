using ELLM.Sim.Time;

namespace ELLM.Sim.Serving;

/// <summary>Tells an observer what an engine does. No other part knows that there is one, save where a request ends.</summary>
internal sealed class SpanReporter(IServingObserver observer, EngineState state, int engine)
{
    private readonly RunningSequences _running = state.Running;
    private readonly FormingBatch _batch = state.Batch;
    private readonly HostTraffic _host = state.Host;

    /// <summary>Filled anew for each span, in place.</summary>
    private IterationSpan _span = new() { Replica = engine };
    private int _waitingAtStart;

    /// <summary>The event that is being handled.</summary>
    public SimEventKind Cause { get; set; }

    /// <summary>The next instant a sample is wanted.</summary>
    public long NextSamplePs => observer.NextSamplePs;

    /// <summary>Tokens that several sequences share, once for each beyond the first: memory holds them once.</summary>
    private long SharedTokens => _running.Prefixes?.SharedTokens ?? 0;

    /// <summary>A span begins, of so many tokens; 0 when the engine idles.</summary>
    public void Begin(long nowPs, int iterationTokens)
    {
        _waitingAtStart = state.Queue.Count;
        if (nowPs >= observer.NextSamplePs)
            Sample(nowPs, iterationTokens);
    }

    /// <summary>The running span has ended; nothing of it is booked yet.</summary>
    public void End(RunningSpan span, bool memoryBlocked, long nowPs)
    {
        int decodes = span.WithDecodes ? _running.Decodes.Count : 0;
        _running.Memory.Advance(span.WithDecodes ? span.Steps : 0, ref _span.Kv, watched: true);
        if (!span.WithDecodes)
            _span.Kv.AllocatedSum = _running.Memory.AllocatedTokens;
        _span.StartPs = span.StartPs;
        _span.EndPs = nowPs;
        _span.Steps = span.Steps;
        _span.Durations = span.Durations;
        _span.StallPs = span.Stalls.TotalPs;
        _span.MapStallPs = span.Stalls.MapPs;
        _span.PrefillTokens = _batch.Tokens;
        _span.PrefillSequences = _batch.Count;
        _span.DecodeSequences = decodes;
        _span.ContextTokens = span.WithDecodes ? _running.Decodes.KvTokens + decodes : 0;
        _span.LiveTokens = _running.LiveTokens - SharedTokens + decodes + _batch.Tokens - _host.StreamedTokens;
        _span.Waiting = _waitingAtStart;
        _span.MemoryBlocked = memoryBlocked;
        observer.Span(_span);
        if (span.WithDecodes)
            _running.LastTokens.ReportGaps(observer, span, decodes);
    }

    private void Sample(long nowPs, int iterationTokens) => observer.Sample(new ReplicaSample(
        engine,
        nowPs,
        state.Queue.Count,
        _running.Count,
        _host.Parked + _host.Fetching,
        _batch.Tokens,
        _running.LiveTokens - SharedTokens,
        _running.Memory.AllocatedTokens,
        _running.Memory.CapacityTokens,
        _host.UsedTokens)
    {
        Cause = Cause,
        IterationTokens = iterationTokens,
        Mapped = _running.Memory.Mapped,
        IdlePrefixTokens = _running.Prefixes?.IdleTokens ?? 0,
        SharedPrefixTokens = SharedTokens,
        BufferBytes = state.Scheduler.BufferBytes,
    });
}
