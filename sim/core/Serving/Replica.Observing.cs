using ELLM.Sim.Memory;

namespace ELLM.Sim.Serving;

/// <content>What observers are told, and the checks of <see cref="ReplicaOptions.Check"/>.</content>
public sealed partial class Replica
{
    private void Report(long nowPs, ref KvSpan kv)
    {
        if (!_withDecodes)
        {
            _memory.Advance(0, ref kv, true);
            kv.AllocatedSum = _memory.AllocatedTokens;
        }
        int decodes = _withDecodes ? Decodes.Count : 0;
        IterationSpan span = new()
        {
            Replica = _index,
            StartPs = _stage.StartPs,
            EndPs = nowPs,
            Steps = _stage.Steps,
            FirstStepPs = _stage.FirstStepPs,
            StepGrowthPs = _stage.GrowthPs,
            StallPs = _stage.StallPs,
            MapStallPs = _mapStallPs,
            PrefillTokens = PreparedTokens,
            PrefillSequences = _chunkSlots.Count,
            DecodeSequences = decodes,
            ContextTokens = _withDecodes ? Decodes.KvTokens + decodes : 0,
            LiveTokens = _liveTokens + decodes + PreparedTokens - _streamedTokens,
            Waiting = _waitingAtStart,
            MemoryBlocked = _blockedByMemory,
            Kv = kv,
        };
        _observer!.Span(span);
        if (_withDecodes)
            ReportGaps();
    }

    private void ReportGaps()
    {
        long firstEndPs = _stage.StartPs + _stage.Duration(1);
        if (Decodes.Count > _joinedCount)
            _observer!.Gaps(firstEndPs - _lastStepEndPs, Decodes.Count - _joinedCount);
        foreach ((long lastTokenPs, int count) in _joined)
        {
            if (count > 0)
                _observer!.Gaps(firstEndPs - lastTokenPs, count);
        }
        if (_stage.Steps > 1)
            _observer!.GapSeries(_stage.FirstStepPs + _stage.GrowthPs, _stage.GrowthPs, _stage.Steps - 1, Decodes.Count);
    }

    private void SampleIfDue(long nowPs, int iterationTokens)
    {
        if (_observer is null || nowPs < _observer.NextSamplePs)
            return;
        _observer.Sample(new ReplicaSample(
            _index,
            nowPs,
            Queue.Count,
            Sequences.RunningCount,
            _parked.Count + _fetching.Count,
            PreparedTokens,
            _liveTokens,
            _memory.AllocatedTokens,
            _memory.CapacityTokens,
            (_host?.UsedBytes ?? 0) / Math.Max(1, _memory.BytesPerToken))
        {
            IterationTokens = iterationTokens,
            Mapped = _memory.Mapped,
            BufferBytes = _scheduler.BufferBytes,
        });
    }

    private void CheckInvariants()
    {
        long occupied = 0, live = 0;
        for (int slot = Sequences.First; slot >= 0; slot = Sequences.NextOf(slot))
        {
            ref Sequence sequence = ref Sequences[slot];
            int tokens = sequence.KvTokens(Decodes.Step);
            live += tokens;
            occupied += _memory.UnitsOf(sequence.Grant, sequence.Phase == SequencePhase.Decoding ? tokens : 0);
        }
        foreach ((int slot, _) in _fetching)
        {
            live += Sequences[slot].PrefillTokens;
            occupied += _memory.UnitsOf(Sequences[slot].Grant, 0);
        }
        foreach ((int slot, _) in _parked.UnorderedItems)
        {
            live += GpuTokens(Sequences[slot].PrefillTokens, Sequences[slot].AwayLayers);
            occupied += _memory.UnitsOf(Sequences[slot].Grant, 0);
        }
        foreach (int slot in _held)
            occupied += _memory.UnitsOf(Sequences[slot].Grant, Sequences[slot].PrefillDone);
        if (occupied != _memory.UsedUnits)
            throw new InvalidOperationException($"sequences occupy {occupied} KV units but the memory has given out {_memory.UsedUnits}");
        if (live != _liveTokens)
            throw new InvalidOperationException($"sequences hold {live} tokens but {_liveTokens} are counted");
        // Free is what the rest leaves of the pool: with no part negative, every chunk has exactly one owner.
        if (_memory.Mapped is { } mapped && Math.Min(Math.Min(mapped.HeldBytes, mapped.IdleBytes), Math.Min(mapped.ActivationBytes, mapped.FreeBytes)) < 0)
            throw new InvalidOperationException($"the chunks do not sum to the pool: {mapped}");
        if (_memory.AllocatedTokens > _memory.CapacityTokens)
            throw new InvalidOperationException($"{_memory.AllocatedTokens} of {_memory.CapacityTokens} KV tokens are allocated");
    }
}
