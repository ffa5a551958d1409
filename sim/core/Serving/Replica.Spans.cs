using ELLM.Sim.Memory;
using ELLM.Sim.Time;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Serving;

/// <content>Starting a span, and what happens when it ends.</content>
public sealed partial class Replica
{
    /// <summary>Sequences that joined the decodes since the last decode step, by the instant of their last token.</summary>
    private readonly List<(long LastTokenPs, int Count)> _joined = [];
    private int _joinedCount;
    private long _lastStepEndPs;
    private long _liveTokens;
    private bool _withDecodes;
    private long _decodeOnlyPs;
    private long _latestFirstTokenPs;
    private long _mapStallPs;

    /// <summary>How long the last iteration took, if it ended just now: what ran in the background had that much time.</summary>
    private long _hiddenPs;
    private int _waitingAtStart;

    /// <summary>End of the last decode step that any of the present decodes took part in; now, when all have joined since.</summary>
    internal long LastStepEndPs => Decodes.Count > _joinedCount ? _lastStepEndPs : NowPs;

    internal long HeadArrivalPs
    {
        get
        {
            if (Queue.Count == 0)
                return -1;
            ref RequestRecord head = ref _records[Queue.Head];
            return head.FirstTokenPs < 0 ? head.ArrivalPs : -1;
        }
    }

    internal StepSeries NextSteps
    {
        get
        {
            DecodeBatch batch = DecodesOfNextStep();
            DecodeCost cost = CostOf(batch);
            return new StepSeries(PipelineStage.FirstStep(cost, batch), PipelineStage.Growth(cost, batch));
        }
    }

    private DecodeBatch DecodesOfNextStep() => new(Decodes.Count, Decodes.KvTokens + Decodes.Count, Decodes.LongestKv + 1);

    private void StartSpan(in Decision decision, long nowPs)
    {
        _withDecodes = decision.WithDecodes && Decodes.Count > 0;
        _waitingAtStart = Queue.Count;
        DecodeBatch batch = _withDecodes ? DecodesOfNextStep() : default;
        DecodeCost cost = _withDecodes ? CostOf(batch) : default;
        int tokens = PreparedTokens + batch.Sequences;
        _mapStallPs = _memory.StartIteration(new IterationLoad(_withDecodes, tokens), _stage.EndPs == nowPs ? _hiddenPs : 0);
        // Before the span has a length: the next sample wanted may cut it.
        SampleIfDue(nowPs, tokens);
        long stallPs = _transferStallPs + _mapStallPs;
        if (_chunkSlots.Count > 0)
        {
            long durationPs = _time.Mixed(_chunks.AsSpan(0, _chunkSlots.Count), batch);
            // The link copies layers while later ones are computed; what it has not copied by then, the iteration waits for.
            _transferStallPs += Math.Max(0, StreamBesideFetches(nowPs + stallPs) - durationPs);
            stallPs = _transferStallPs + _mapStallPs;
            _gpuWaitPs = _pipeline?.Enter(nowPs, stallPs, _chunks.AsSpan(0, _chunkSlots.Count), batch) ?? 0;
            _decodeOnlyPs = _withDecodes ? Math.Min(durationPs, PipelineStage.FirstStep(cost, batch)) : 0;
            _stage.StartIteration(nowPs, stallPs + _gpuWaitPs, durationPs);
        }
        else if (_withDecodes)
        {
            long steps = 1;
            if (!_options.Step && decision.Horizon > 1 && stallPs == 0 && _pipeline?.IsAlone(this) != false && _turns?.Contended != true)
            {
                steps = Math.Min(Decodes.StepsToCompletion, Math.Min(decision.Horizon, cost.ValidSteps));
                steps = Math.Max(1, _memory.Horizon(steps, LastKvTokens, PipelineStage.FirstStep(cost, batch)));
            }
            _gpuWaitPs = _pipeline?.EnterDecode(nowPs, stallPs) ?? 0;
            _stage.StartDecode(nowPs, stallPs + _gpuWaitPs, steps, cost, batch);
            if (_observer is not null && _observer.NextSamplePs > nowPs)
                _stage.CutAt(_observer.NextSamplePs);
            if (_stage.Steps > 1)
                LeaveStages();
        }
        else
        {
            throw new InvalidOperationException($"{_scheduler.GetType().Name} runs an empty iteration");
        }
        ScheduleSpanEnd();
    }

    private void FinishSpan(long nowPs)
    {
        long steps = _stage.Steps;
        long runPs = nowPs - _stage.StartPs - _stage.StallPs;
        bool prefill = _chunkSlots.Count > 0;
        _counters.Iterations += steps;
        _counters.BusyPs += nowPs - _stage.StartPs;
        if (prefill)
        {
            _counters.PrefillIterations++;
            _counters.PrefillTokens += PreparedTokens;
        }
        _clocks.Spend(runPs, prefill ? _decodeOnlyPs : runPs, _mapStallPs, _transferStallPs, _gpuWaitPs);
        _hiddenPs = _stage.FirstStepPs + (_stage.GrowthPs * (steps - 1));
        KvSpan kv = default;
        if (_withDecodes)
            _memory.Advance(steps, ref kv, _observer is not null);
        if (_observer is not null)
            Report(nowPs, ref kv);
        IterationOutcome outcome = new(
            _stage.StartPs + _stage.StallPs,
            steps,
            _stage.FirstStepPs,
            _stage.GrowthPs,
            !_withDecodes ? -1 : Decodes.Count > _joinedCount ? _lastStepEndPs : _stage.StartPs,
            -1,
            -1);
        _stage.Finish();
        _transferStallPs = 0;

        if (_withDecodes)
        {
            _fruitlessPreemptions = 0;
            _counters.DecodeTokens += steps * Decodes.Count;
            _liveTokens += steps * Decodes.Count;
            Decodes.Advance(steps);
            _lastStepEndPs = nowPs;
            _joined.Clear();
            _joinedCount = 0;
        }
        _latestFirstTokenPs = -1;
        for (int i = 0; i < _chunkSlots.Count; i++)
            FinishChunk(_chunkSlots[i], _chunks[i].Tokens, nowPs);
        if (_withDecodes)
        {
            for (int slot = Decodes.Completed(); slot >= 0; slot = Decodes.Completed())
                Complete(slot, nowPs);
        }
        if (_held.Count > 0 && Sequences.RunningCount == 0)
            ReleaseHeld();
        _scheduler.Ended(outcome with { LatestFirstTokenPs = _latestFirstTokenPs, HeadArrivalPs = HeadArrivalPs });
    }

    private void FinishChunk(int slot, int tokens, long nowPs)
    {
        ref Sequence sequence = ref Sequences[slot];
        sequence.PrefillDone += tokens;
        _liveTokens += GpuTokens(tokens, sequence.AwayLayers);
        if (sequence.PrefillDone < sequence.PrefillTokens)
            return;

        // The last chunk of a prompt emits a token; after a recomputation it is not the first.
        if (_partial.Count > 0)
            _partial.Remove(slot);
        ref RequestRecord record = ref _records[sequence.Request];
        _clocks.LeavePrefill(ref record.Ledger, record.Preemptions > 0);
        sequence.Emitted++;
        _fruitlessPreemptions = 0;
        if (record.FirstTokenPs < 0)
        {
            record.FirstTokenPs = nowPs;
            _latestFirstTokenPs = Math.Max(_latestFirstTokenPs, nowPs - record.ArrivalPs);
        }
        else
        {
            _observer?.Gaps(nowPs - sequence.LastTokenPs, 1);
        }
        if (sequence.Emitted == sequence.OutputTokens)
        {
            if (sequence.Streams)
                DropFromHost(sequence);
            Close(slot, GpuTokens(sequence.PrefillDone, sequence.AwayLayers), sequence.Streams ? 0 : sequence.PrefillDone, nowPs);
            return;
        }
        if (sequence.Streams)
        {
            ParkStreamed(slot, nowPs);
            return;
        }
        _clocks.EnterDecode(ref record.Ledger);
        StartDecoding(slot, nowPs);
    }

    private void Complete(int slot, long nowPs)
    {
        ref Sequence sequence = ref Sequences[slot];
        _clocks.LeaveDecode(ref _records[sequence.Request].Ledger);
        StopDecoding(slot);
        Close(slot, sequence.PrefillTokens, sequence.PrefillTokens, nowPs);
    }

    private void Close(int slot, int liveTokens, int grownTokens, long nowPs)
    {
        ref Sequence sequence = ref Sequences[slot];
        _records[sequence.Request].EmittedTokens = sequence.Emitted;
        int request = sequence.Request;
        Sequences.Unlink(slot);
        _liveTokens -= liveTokens;
        if (Limits.HoldUntilBatchEnds)
        {
            sequence.Phase = SequencePhase.Held;
            _held.Add(slot);
        }
        else
        {
            _memory.Release(ref sequence.Grant, grownTokens);
            Sequences.Close(slot);
        }
        EndRequest(request, RequestStatus.Finished, nowPs);
    }

    private void ReleaseHeld()
    {
        foreach (int slot in _held)
        {
            _memory.Release(ref Sequences[slot].Grant, Sequences[slot].PrefillDone);
            Sequences.Close(slot);
        }
        _held.Clear();
    }

    private void StartDecoding(int slot, long lastTokenPs)
    {
        ref Sequence sequence = ref Sequences[slot];
        _memory.Join(ref sequence.Grant, sequence.PrefillTokens);
        Decodes.Join(slot, lastTokenPs);
        long spentPs = _clocks.DecodeSpent(_records[sequence.Request].Ledger);
        _scheduler.Joined(new DecodeStart(slot, Decodes.Step, sequence.Emitted, sequence.OutputTokens, spentPs, NowPs));
        _joinedCount++;
        if (_joined.Count > 0 && _joined[^1].LastTokenPs == lastTokenPs)
            _joined[^1] = (lastTokenPs, _joined[^1].Count + 1);
        else
            _joined.Add((lastTokenPs, 1));
    }

    private void StopDecoding(int slot)
    {
        ref Sequence sequence = ref Sequences[slot];
        if (sequence.DecodeStart == Decodes.Step)
        {
            long joinedAt = sequence.LastTokenPs;
            int i = _joined.FindLastIndex(j => j.LastTokenPs == joinedAt && j.Count > 0);
            _joined[i] = (joinedAt, _joined[i].Count - 1);
            _joinedCount--;
        }
        else
        {
            sequence.LastTokenPs = _lastStepEndPs;
        }
        Decodes.Leave(slot);
        _memory.Leave(ref sequence.Grant, sequence.PrefillTokens);
        _scheduler.Left(slot, sequence.Emitted, finished: sequence.Emitted == sequence.OutputTokens);
    }
}
