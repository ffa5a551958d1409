using System.Runtime.CompilerServices;
using ELLM.Sim.Memory;
using ELLM.Sim.Time;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Serving;

/// <summary>Runs batches: how long a span takes and waits, how far decode steps jump, and the books when it ends.</summary>
/// <remarks>What the tokens of an ended span mean for its sequences is <see cref="SpanCompletion"/>'s.</remarks>
internal sealed class BatchExecution(EngineParts parts, EngineState state, SpanReporter? reporter)
{
    private readonly RunningSequences _running = state.Running;
    private readonly FormingBatch _batch = state.Batch;
    private readonly HostTraffic _host = state.Host;
    private readonly ITimeModel _time = parts.Pipeline?.Time ?? parts.Time;
    private readonly PipelineStages? _stages = parts.Pipeline?.Stages;
    private RunCounters _counters;
    private KvSpan _unwatched;

    public RunningSpan Span { get; } = new();

    /// <summary>Starts what the scheduler decided to run.</summary>
    /// <param name="alone">No other engine may want the GPU before this one's next boundary: decode steps may jump.</param>
    // Inlined: once a span or a request, a frame of its own costs as much as its work.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Start(in Decision decision, bool alone, long nowPs)
    {
        bool withDecodes = decision.WithDecodes && _running.Decodes.Count > 0;
        DecodeBatch decodes = withDecodes ? _running.NextStep : default;
        int tokens = _batch.Tokens + decodes.Sequences;
        long mapPs = _running.Memory.StartIteration(
            new IterationLoad(withDecodes, tokens) { Sequences = _batch.Samples + decodes.Sequences }, Span.LastStepPs(nowPs));
        // Before the span has a length: the next sample wanted may cut it.
        reporter?.Begin(nowPs, tokens);
        if (_batch.Count > 0)
            StartIteration(withDecodes, decodes, mapPs, nowPs);
        else if (withDecodes)
            StartDecodes(alone && !parts.Options.Step ? decision.Horizon : 1, decodes, mapPs, nowPs);
        else
            throw new InvalidOperationException($"{state.Scheduler.GetType().Name} runs an empty iteration");
    }

    /// <summary>Ends the running span at its first step boundary at or after an instant. Returns whether that is sooner.</summary>
    public bool Cut(long ps)
    {
        if (!Span.Busy || !Span.CutAt(ps))
            return false;
        LeaveStages();
        return true;
    }

    /// <summary>The span has ended: time and memory are booked, and the observer is told.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Finish(bool memoryBlocked, long nowPs)
    {
        long runPs = nowPs - Span.ComputeStartPs;
        _counters.Iterations += Span.Steps;
        _counters.BusyPs += nowPs - Span.StartPs;
        if (_batch.Count > 0)
        {
            _counters.PrefillIterations++;
            _counters.PrefillTokens += _batch.Tokens;
        }
        if (Span.WithDecodes)
            _counters.DecodeTokens += Span.Steps * _running.Decodes.Count;
        state.Clocks.Spend(runPs, _batch.Count > 0 ? Span.DecodeOnlyPs : runPs, Span.Stalls);
        if (reporter is not null)
            reporter.End(Span, memoryBlocked, nowPs);
        else if (Span.WithDecodes)
            _running.Memory.Advance(Span.Steps, ref _unwatched, watched: false);
        Span.Finish();
        _host.EndIteration();
    }

    public void AddTo(ref RunCounters sum)
    {
        sum.Iterations += _counters.Iterations;
        sum.PrefillIterations += _counters.PrefillIterations;
        sum.PrefillTokens += _counters.PrefillTokens;
        sum.DecodeTokens += _counters.DecodeTokens;
        sum.BusyPs += _counters.BusyPs;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StartIteration(bool withDecodes, in DecodeBatch decodes, long mapPs, long nowPs)
    {
        long durationPs = _time.Mixed(_batch.Chunks, decodes);
        // The link copies layers while later ones are computed; what it has not copied by then, the iteration waits for.
        _host.WaitForStream(nowPs + mapPs + _host.StallPs, durationPs);
        long gpuPs = _stages?.Enter(nowPs, mapPs + _host.StallPs, _batch.Chunks, decodes) ?? 0;
        long? decodeOnlyPs = withDecodes ? _time.Decode(decodes).Steps(decodes).FirstPs : null;
        Span.StartIteration(nowPs, new SpanStalls(mapPs, _host.StallPs, gpuPs), durationPs, decodeOnlyPs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StartDecodes(long horizon, in DecodeBatch decodes, long mapPs, long nowPs)
    {
        DecodeCost cost = _time.Decode(decodes);
        StepSeries durations = cost.Steps(decodes);
        long stallPs = mapPs + _host.StallPs;
        long steps = 1;
        if (horizon > 1 && stallPs == 0)
        {
            steps = Math.Min(_running.Decodes.StepsToCompletion, Math.Min(horizon, cost.ValidSteps));
            steps = Math.Max(1, _running.Memory.Horizon(steps, _running.LastKvTokens, durations.FirstPs));
        }
        long gpuPs = _stages?.EnterDecode(nowPs, stallPs, decodes) ?? 0;
        Span.StartDecode(nowPs, new SpanStalls(mapPs, _host.StallPs, gpuPs), durations, steps);
        if (reporter is not null && reporter.NextSamplePs > nowPs)
            Span.CutAt(reporter.NextSamplePs);
        if (Span.Steps > 1)
            LeaveStages();
    }

    /// <summary>The stages of a pipeline are those of the last step of a span that jumps.</summary>
    private void LeaveStages() => _stages?.EndJumpWith(Span.Steps - 1, Span.StartOf(Span.Steps - 1));
}
