namespace ELLM.Sim.Serving;

/// <content>KV on its way to host memory and back.</content>
public sealed partial class Replica
{
    private void Resume(long nowPs)
    {
        int slot = _parked.Dequeue();
        ref Sequence sequence = ref Sequences[slot];
        ref RequestRecord record = ref _records[sequence.Request];
        long bytes = HostBytes(sequence.PrefillTokens, sequence.AwayLayers);
        _counters.SwappedInBytes += bytes;
        _memory.Admit(ref sequence.Grant, Demand(record, sequence.PrefillTokens), Load(true, 1));
        _liveTokens += sequence.PrefillTokens - GpuTokens(sequence.PrefillTokens, sequence.AwayLayers);
        ResumedThisRound++;
        if (Limits.FetchInBackground)
        {
            sequence.Phase = SequencePhase.Fetching;
            _linkFreePs = Math.Max(nowPs, _linkFreePs) + _host!.FromHostPs(bytes);
            _fetching.Enqueue((slot, _linkFreePs));
            _events.Schedule(_linkFreePs, new Time.SimEvent(Time.SimEventKind.FetchEnd, _index, 0));
            return;
        }
        _transferStallPs += _host!.FromHostPs(bytes);
        Return(slot, nowPs);
    }

    /// <summary>KV is back on the GPU: the sequence decodes from the next step on.</summary>
    private void Return(int slot, long nowPs)
    {
        ref Sequence sequence = ref Sequences[slot];
        _host!.Return(HostBytes(sequence.PrefillTokens, sequence.AwayLayers));
        sequence.AwayLayers = 0;
        ref LatencyLedger ledger = ref _records[sequence.Request].Ledger;
        ledger.Parked += nowPs;
        _clocks.EnterDecode(ref ledger);
        Sequences.Link(slot);
        _counters.MaxRunning = Math.Max(_counters.MaxRunning, Sequences.RunningCount);
        StartDecoding(slot, sequence.LastTokenPs);
    }

    private void ReturnFetched(long nowPs)
    {
        while (_fetching.TryPeek(out (int Slot, long EndPs) first) && first.EndPs <= nowPs)
        {
            _fetching.Dequeue();
            Return(first.Slot, nowPs);
        }
    }

    /// <summary>Host memory for the layers of a prompt that go there, and the time the link needs for them.</summary>
    private void Stream(ref Sequence sequence, int layers)
    {
        long bytes = HostBytes(sequence.PrefillTokens, layers);
        sequence.AwayLayers = layers;
        _host!.Take(bytes);
        _counters.SwappedOutBytes += bytes;
        _streamedTokens += sequence.PrefillTokens - GpuTokens(sequence.PrefillTokens, layers);
        _streamPs += _host.ToHostPs(bytes);
    }

    /// <summary>How long the stream of this iteration takes beside KV on its way back, which it slows down in turn.</summary>
    private long StreamBesideFetches(long startPs)
    {
        long fetchPs = _linkFreePs - startPs;
        if (_streamPs == 0 || fetchPs <= 0)
            return _streamPs;
        for (int left = _fetching.Count; left > 0; left--)
        {
            (int slot, long endPs) = _fetching.Dequeue();
            if (endPs > startPs)
            {
                endPs = startPs + _host!.Beside(endPs - startPs, _streamPs);
                _events.Schedule(endPs, new Time.SimEvent(Time.SimEventKind.FetchEnd, _index, 0));
            }
            _fetching.Enqueue((slot, endPs));
        }
        _linkFreePs = startPs + _host!.Beside(fetchPs, _streamPs);
        return _host.Beside(_streamPs, fetchPs);
    }

    private void DropFromHost(in Sequence sequence)
    {
        long bytes = HostBytes(sequence.PrefillTokens, sequence.AwayLayers);
        _host!.Return(bytes);
        _counters.DroppedHostBytes += bytes;
    }

    /// <summary>A prompt that went to the host waits there, its first token emitted, until the GPU has room for it.</summary>
    private void ParkStreamed(int slot, long nowPs)
    {
        ref Sequence sequence = ref Sequences[slot];
        sequence.Streams = false;
        sequence.Phase = SequencePhase.Parked;
        sequence.LastTokenPs = nowPs;
        _records[sequence.Request].Ledger.Parked -= nowPs;
        _memory.Release(ref sequence.Grant, 0);
        KeepLayers(ref sequence);
        Sequences.Unlink(slot);
        _parked.Enqueue(slot, sequence.Request);
    }
}
