using ELLM.Sim.Memory;
using ELLM.Sim.Memory.Prefixes;

namespace ELLM.Sim.Serving;

/// <summary>Asks the scheduler at a boundary until it says Run or Idle, and carries out each decision on the batch being formed.</summary>
internal sealed class DecisionExecution(EngineState state, SchedulerView view, RequestLifecycle requests, ProgressGuard progress)
{
    private readonly SchedulerView _view = view;
    private readonly EngineLimits _limits = state.Limits;
    private readonly IScheduler _scheduler = state.Scheduler;
    private readonly RunningSequences _running = state.Running;
    private readonly FormingBatch _batch = state.Batch;
    private readonly HostTraffic _host = state.Host;

    /// <summary>Returns the decision that ends the round: Run or Idle.</summary>
    public Decision Ask(long nowPs)
    {
        _batch.Begin(nowPs);
        _host.BeginIteration();
        // Each request can be taken away, brought back and scheduled: more decisions than that turn in a circle.
        long most = 64 + (4L * (state.Queue.Count + _running.Count + _host.Parked));
        for (long asked = 0; asked < most; asked++)
        {
            Decision decision = _scheduler.Decide(_view);
            switch (decision.Kind)
            {
                case DecisionKind.Admit:
                    Admit(decision, nowPs);
                    break;
                case DecisionKind.Continue:
                    Continue(decision.Prompt);
                    break;
                case DecisionKind.Preempt:
                    Preempt(nowPs);
                    break;
                case DecisionKind.Resume:
                    Resume(nowPs);
                    break;
                case DecisionKind.Reject:
                    requests.RejectHead(nowPs);
                    break;
                case DecisionKind.Pass:
                    state.Queue.SetAside();
                    break;
                default:
                    state.Queue.TakeBack();
                    // With nothing to run, the next round would follow at once.
                    if (state.Queue.StartRound() && decision.Kind == DecisionKind.Idle)
                        break;
                    return decision;
            }
        }
        throw new InvalidOperationException($"{_scheduler.GetType().Name} made {most} decisions at one boundary");
    }

    /// <summary>Sequences whose KV has come back by now decode from the next step on.</summary>
    public void ReturnFetched(long nowPs)
    {
        for (int slot = _host.TakeFetched(nowPs); slot >= 0; slot = _host.TakeFetched(nowPs))
            Return(slot, nowPs);
    }

    /// <summary>The head of the queue gets memory, and a first chunk.</summary>
    private void Admit(in Decision decision, long nowPs)
    {
        PromptPart prompt = decision.Prompt;
        int slot = requests.Admit(nowPs);
        KvDemand demand = requests.RecordOf(slot).Demand(prompt.HoldTokens, _running.Table[slot].Request);
        if (decision.Offload is { } offload)
        {
            _host.Stream(slot, _running.Table[slot].PrefillTokens, _limits.Layers - offload.KeptLayers);
            // Of what leaves the GPU layer by layer no prefix is whole: it neither finds nor leaves any.
            demand = demand with { Layers = offload.HoldLayers, KeptLayers = offload.KeptLayers, PromptTokens = 0 };
        }
        if (_running.Prefixes is { } prefixes)
            Find(slot, demand, prefixes);
        _running.Take(slot, demand, _batch.Load(prompt.BesideDecodes, prompt.Tokens));
        _running.Link(slot);
        _running.Schedule(slot, prompt.Tokens);
        _batch.Admit(slot, prompt.Tokens);
    }

    /// <summary>What an admission finds in memory it need not compute.</summary>
    private void Find(int slot, in KvDemand demand, PrefixCache prefixes)
    {
        int found = demand.PromptTokens > 0 ? prefixes.Find(demand.Request, demand.PromptTokens) : 0;
        ref RequestRecord record = ref requests.RecordOf(slot);
        if (record.Preemptions == 0)
            prefixes.Count(record.InputTokens, found);
        requests.Find(slot, found, Math.Min(found, prefixes.TokensBefore(demand.Request)));
    }

    /// <summary>The next unfinished prompt gets memory for, and computes, its next chunk.</summary>
    private void Continue(in PromptPart prompt)
    {
        _running.Extend(_batch.NextUnfinished, prompt.HoldTokens);
        _running.Schedule(_batch.NextUnfinished, prompt.Tokens);
        _batch.Continue(prompt.Tokens);
    }

    /// <summary>Once alone, a sequence that comes back beside iterations would return to the very room it gave up, for ever.</summary>
    private bool MaySwapOut => _limits.SwapOut && (!_limits.FetchInBackground || _running.Count > 0);

    /// <summary>The latest running sequence loses its KV: to the host when it may and can go there, else for good.</summary>
    private void Preempt(long nowPs)
    {
        int slot = _running.Table.Last;
        ref Sequence sequence = ref _running.Table[slot];
        _batch.Preempt(slot);
        progress.Preemption(sequence.Request, nowPs);
        bool decoding = sequence.Phase == SequencePhase.Decoding;
        int tokens = sequence.KvTokens(_running.Decodes.Step);
        requests.Preempt(slot);
        _running.Evict(slot, tokens, decoding ? tokens : 0);
        if (decoding && MaySwapOut && _host.Fits(tokens, _scheduler.BufferBytes))
        {
            _host.SwapOut(slot, sequence.Request, tokens);
            requests.Park(slot, nowPs);
        }
        else
        {
            requests.Requeue(slot, tokens, nowPs);
        }
    }

    /// <summary>The earliest parked sequence gets GPU memory, and its KV comes back.</summary>
    private void Resume(long nowPs)
    {
        int slot = _host.TakeParked();
        int tokens = _running.Table[slot].PrefillTokens;
        _running.Take(slot, requests.RecordOf(slot).Demand(tokens), _batch.Load(true, 1));
        _running.Computed(tokens - _host.GpuTokens(slot, tokens));
        _batch.Resume();
        if (_limits.FetchInBackground)
        {
            requests.Fetch(slot);
            _host.FetchInBackground(slot, tokens, nowPs);
        }
        else
        {
            _host.Fetch(slot, tokens);
            Return(slot, nowPs);
        }
    }

    private void Return(int slot, long nowPs)
    {
        _host.Release(slot, _running.Table[slot].PrefillTokens);
        requests.Return(slot, nowPs);
    }
}
