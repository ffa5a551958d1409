using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Memory;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Tests.Serving;

/// <summary>An engine's parts without its loop: blocks of four tokens, iterations of 1,000 ps, a host link of 1,000 ps a token.</summary>
internal sealed class SmallEngine
{
    public SmallEngine((int Input, int Output)[] requests, EngineLimits? limits = null, int blocks = 100, int hostTokens = 1000)
    {
        Records = [.. requests.Select(r => new RequestRecord
        {
            InputTokens = r.Input, OutputTokens = r.Output, ArrivalPs = -1, FirstScheduledPs = -1, FirstTokenPs = -1, FinishPs = -1,
        })];
        LinkCost link = new(10, 0, 1);
        Parts = new EngineParts(limits ?? Limits, new Scripted(Script), new PagedKv(blocks, 4, 0, BlockCheck.Needed, 10), Time)
        {
            Host = new HostMemory(hostTokens * 10L, link, link),
            Observer = Seen,
        };
        ReplicaSeat seat = new(0, new RecordTable(Records), Events, (request, _) => Ended.Add(request));
        State = EngineState.Of(Parts, seat);
        Requests = new RequestLifecycle(State, seat, Seen);
        Progress = new ProgressGuard(State, Requests);
        View = new SchedulerView(State, Time, Requests);
        Decisions = new DecisionExecution(State, View, Requests, Progress);
        Completion = new SpanCompletion(State, Requests, Progress);
        Reporter = new SpanReporter(Seen, State, 0);
        Execution = new BatchExecution(Parts, State, Reporter);
    }

    public static EngineLimits Limits { get; } = new(1000, 8, 1000, 1000, SwapOut: true, Layers: 4);

    public static ConstantTimeModel Time { get; } = new() { StepPs = 1000 };

    /// <summary>What the scheduler says, one after the other.</summary>
    public Queue<Decision> Script { get; } = new();

    public RequestRecord[] Records { get; }

    public EventQueue Events { get; } = new();

    public List<int> Ended { get; } = [];

    public SeenByObserver Seen { get; } = new();

    public EngineParts Parts { get; }

    public EngineState State { get; }

    public RequestLifecycle Requests { get; }

    public ProgressGuard Progress { get; }

    public SchedulerView View { get; }

    public DecisionExecution Decisions { get; }

    public SpanCompletion Completion { get; }

    public SpanReporter Reporter { get; }

    public BatchExecution Execution { get; }

    public SequencePhase PhaseOf(int slot) => State.Running.Table[slot].Phase;

    /// <summary>Every request arrives.</summary>
    public SmallEngine Arrived(long nowPs = 0)
    {
        for (int request = 0; request < Records.Length; request++)
            Requests.Arrive(request, nowPs);
        return this;
    }

    /// <summary>A round of decisions, the last one Run or Idle.</summary>
    public Decision Ask(long nowPs, params Decision[] decisions)
    {
        foreach (Decision decision in decisions)
            Script.Enqueue(decision);
        return Decisions.Ask(nowPs);
    }

    /// <summary>A round of decisions and the span that it runs, to its end. Returns what the scheduler learns.</summary>
    public IterationOutcome Run(long nowPs, params Decision[] decisions)
    {
        Execution.Start(Ask(nowPs, decisions), alone: true, nowPs);
        return Finish();
    }

    public IterationOutcome Finish()
    {
        long endPs = Execution.Span.EndPs;
        Execution.Finish(memoryBlocked: false, endPs);
        return Completion.Complete(Execution.Span, endPs);
    }

    private sealed class Scripted(Queue<Decision> script) : IScheduler
    {
        public Decision Decide(in SchedulerView view) => script.Dequeue();
    }
}

/// <summary>Keeps what an observer is told.</summary>
internal sealed class SeenByObserver : IServingObserver
{
    public List<IterationSpan> Spans { get; } = [];

    public List<ReplicaSample> Samples { get; } = [];

    /// <summary>Gaps of tokens, one by one.</summary>
    public List<long> TokenGaps { get; } = [];

    public long NextSamplePs { get; set; } = long.MaxValue;

    public void Sample(in ReplicaSample sample) => Samples.Add(sample);

    public void Span(in IterationSpan span) => Spans.Add(span);

    public void Gaps(long gapPs, long tokens) => TokenGaps.AddRange(Enumerable.Repeat(gapPs, (int)tokens));

    public void GapSeries(long firstPs, long growthPs, long steps, long tokens)
    {
        for (long step = 0; step < steps; step++)
            Gaps(firstPs + (step * growthPs), tokens);
    }

    public void Ended(int request, in RequestRecord record)
    {
    }
}
