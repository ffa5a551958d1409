using System.Runtime.CompilerServices;
using ELLM.Sim.Memory;

namespace ELLM.Sim.Serving;

/// <summary>What an ended span did to its sequences: tokens in the cache, first and last tokens, prompts that go on.</summary>
internal sealed class SpanCompletion(EngineState state, RequestLifecycle requests, ProgressGuard progress)
{
    private readonly RunningSequences _running = state.Running;
    private readonly FormingBatch _batch = state.Batch;
    private readonly HostTraffic _host = state.Host;

    /// <summary>Carries out what the span computed. Returns what the scheduler learns of it.</summary>
    // Inlined: once a span or a request, a frame of its own costs as much as its work.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IterationOutcome Complete(RunningSpan span, long nowPs)
    {
        int decoding = _running.Decodes.Count;
        long before = decoding > 0 ? _running.LastTokens.StepEndPs(decoding, span.StartPs) : -1;
        (long lastStepEndPs, long heldSincePs) = span.WithDecodes ? (before, -1L) : (-1L, before);
        if (span.WithDecodes)
        {
            progress.Token();
            _running.Advance(span.Steps, nowPs);
        }
        long latestFirstTokenPs = FinishChunks(nowPs);
        if (span.WithDecodes)
            FinishDecodes(nowPs);
        _running.ReleaseHeld();
        return new IterationOutcome(
            span.ComputeStartPs, span.Steps, span.Durations, lastStepEndPs, heldSincePs, latestFirstTokenPs, requests.HeadArrivalPs);
    }

    /// <summary>The batch's chunks are computed. Returns the largest TTFT among the first tokens that were emitted; -1: none was.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long FinishChunks(long nowPs)
    {
        long latest = -1;
        for (int i = 0; i < _batch.Count; i++)
        {
            int slot = _batch.SlotAt(i);
            int tokens = _batch.Chunks[i].Tokens;
            ref Sequence sequence = ref _running.Table[slot];
            sequence.PrefillDone += tokens;
            _running.Computed(_host.GpuTokens(slot, tokens));
            if (sequence.PrefillDone == sequence.PrefillTokens)
                latest = Math.Max(latest, FinishPrompt(slot, nowPs));
        }
        return latest;
    }

    /// <summary>Decoding sequences that have emitted their last token end, in order of arrival.</summary>
    private void FinishDecodes(long nowPs)
    {
        for (int slot = _running.Decodes.Completed(); slot >= 0; slot = _running.Decodes.Completed())
        {
            requests.StopDecoding(slot);
            int tokens = _running.Table[slot].PrefillTokens;
            requests.Finish(slot, tokens, tokens, nowPs);
        }
    }

    private long FinishPrompt(int slot, long nowPs)
    {
        ref Sequence sequence = ref _running.Table[slot];
        _batch.Forget(slot);
        progress.Token();
        long ttftPs = requests.FinishPrompt(slot, nowPs);
        bool streams = _host.Streams(slot);
        if (sequence.Emitted == sequence.OutputTokens)
            End(slot, streams, nowPs);
        else if (streams)
            ParkStreamed(slot, nowPs);
        else
            requests.StartDecoding(slot, nowPs, nowPs);
        return ttftPs;
    }

    /// <summary>The prompt's token was the only one: what it has on the host is needed no more.</summary>
    private void End(int slot, bool streams, long nowPs)
    {
        int tokens = _running.Table[slot].PrefillDone;
        int live = _host.GpuTokens(slot, tokens);
        if (streams)
            _host.Drop(slot, tokens);
        requests.Finish(slot, live, streams ? 0 : tokens, nowPs);
    }

    /// <summary>A prompt on the host waits there until the GPU has room for all of its layers; those that did not go there stay.</summary>
    private void ParkStreamed(int slot, long nowPs)
    {
        ref Sequence sequence = ref _running.Table[slot];
        int kept = state.Limits.Layers - _host.AwayLayers(slot);
        KvDemand demand = requests.RecordOf(slot).Demand(sequence.PrefillTokens) with { Layers = kept, KeptLayers = kept };
        _running.Leave(slot, demand, _batch.Load(false, 0));
        _host.ParkStreamed(slot, sequence.Request);
        requests.Park(slot, nowPs);
    }
}
