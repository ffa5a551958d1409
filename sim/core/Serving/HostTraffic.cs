using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Time;

namespace ELLM.Sim.Serving;

/// <summary>Host memory for KV, and the link to it in each direction.</summary>
public sealed record HostMemory(long CapacityBytes, LinkCost ToHost, LinkCost FromHost);

/// <summary>All that crosses the host link: KV that waits in host memory, and KV on its way there or back.</summary>
/// <remarks>
/// <para>A sequence gets here whole, when it is swapped out, or layer by layer while its prompt is computed (<see cref="Stream"/>);
/// there it is parked, earliest arrival first, until it is fetched: at once, the next iteration waiting, or beside iterations.</para>
/// <para>Fetches queue on the link in their order. A stream shares the link with those under way: both run at the shared rate until
/// the shorter has ended.</para>
/// </remarks>
/// <param name="memory">Null: there is none, and nothing fits.</param>
/// <param name="layers">Of the model.</param>
/// <param name="bytesPerToken">K and V of one token over all layers of one rank.</param>
/// <param name="seat">Of the engine, for the events that end fetches.</param>
internal sealed class HostTraffic(HostMemory? memory, int layers, long bytesPerToken, ReplicaSeat seat)
{
    /// <summary>Sequences in host memory, earliest arrival first.</summary>
    private readonly PriorityQueue<int, int> _parked = new();

    /// <summary>Sequences on their way back, in the order in which the link serves them.</summary>
    private readonly Queue<(int Slot, long EndPs)> _fetching = new();
    private readonly LinkCost _toHost = memory?.ToHost ?? default;
    private readonly LinkCost _fromHost = memory?.FromHost ?? default;
    private readonly long _capacityBytes = memory?.CapacityBytes ?? 0;

    /// <summary>What a sequence has on the host, by slot; made for the first that has something there.</summary>
    private Away[]? _away;
    private long _fromHostFreePs;
    private long _streamPs;
    private long _swappedOutBytes;
    private long _swappedInBytes;
    private long _droppedBytes;

    public long UsedBytes { get; private set; }

    /// <summary>What is there in tokens of all layers, rounded down.</summary>
    public long UsedTokens => UsedBytes / Math.Max(1, bytesPerToken);

    public int Parked => _parked.Count;

    public int Fetching => _fetching.Count;

    /// <summary>The earliest parked sequence.</summary>
    public int EarliestParked => _parked.Peek();

    /// <summary>How long the iteration being prepared waits for the link; 0 again with the next.</summary>
    public long StallPs { get; private set; }

    /// <summary>Prompt tokens of the iteration being prepared whose KV does not stay on the GPU.</summary>
    public int StreamedTokens { get; private set; }

    public IEnumerable<int> ParkedSlots => _parked.UnorderedItems.Select(item => item.Element);

    public IEnumerable<int> FetchingSlots => _fetching.Select(item => item.Slot);

    /// <summary>Whether there is room for that many layers of so many tokens.</summary>
    public bool Fits(int tokens, int ofLayers) => memory is not null && UsedBytes + BytesOf(tokens, ofLayers) <= _capacityBytes;

    /// <summary>Whether there is room for so many tokens, all layers, within a limit that the scheduler may set.</summary>
    public bool Fits(int tokens, long? withinBytes) =>
        Fits(tokens, layers) && (withinBytes is not long most || UsedBytes + BytesOf(tokens, layers) <= most);

    /// <summary>Whether there is room for so many tokens, all layers.</summary>
    public bool Fits(int tokens) => Fits(tokens, layers);

    /// <summary>Least layers of a prompt to keep so that the link, after what it copies already, has the others in time.</summary>
    /// <returns>-1 when not even one layer can go.</returns>
    public int LayersToKeep(int tokens, long withinPs)
    {
        if (memory is null)
            return -1;
        for (int kept = 0; kept < layers; kept++)
        {
            if (_streamPs + _toHost.TransferPs(BytesOf(tokens, layers - kept)) <= withinPs)
                return kept;
        }
        return -1;
    }

    /// <summary>Layers of a sequence whose KV is on the host, or on its way there or back.</summary>
    public int AwayLayers(int slot) => _away is null || slot >= _away.Length ? 0 : _away[slot].Layers;

    /// <summary>Whether a prompt's KV goes to the host while it is computed.</summary>
    public bool Streams(int slot) => _away is not null && slot < _away.Length && _away[slot].Streams;

    /// <summary>Of so many tokens, those on the GPU: its layers there as tokens of all layers, rounded down.</summary>
    public int GpuTokens(int slot, int tokens) =>
        AwayLayers(slot) is > 0 and int away ? (int)((long)tokens * (layers - away) / layers) : tokens;

    /// <summary>A new iteration is prepared.</summary>
    public void BeginIteration()
    {
        StreamedTokens = 0;
        _streamPs = 0;
    }

    /// <summary>The iteration that waited has ended.</summary>
    public void EndIteration() => StallPs = 0;

    /// <summary>A running sequence goes to the host whole; the next iteration waits for the copy.</summary>
    public void SwapOut(int slot, int request, int tokens)
    {
        long bytes = BytesOf(tokens, layers);
        Take(bytes);
        StallPs += _toHost.TransferPs(bytes);
        Own(slot) = new Away { Layers = layers };
        _parked.Enqueue(slot, seat.Order.Of(request));
    }

    /// <summary>Layers of a prompt go to the host as they are computed.</summary>
    public void Stream(int slot, int tokens, int awayLayers)
    {
        long bytes = BytesOf(tokens, awayLayers);
        Own(slot) = new Away { Layers = awayLayers, Streams = true };
        Take(bytes);
        StreamedTokens += tokens - GpuTokens(slot, tokens);
        _streamPs += _toHost.TransferPs(bytes);
    }

    /// <summary>The iteration's length is known: what the link has not copied by its end, it waits for.</summary>
    public void WaitForStream(long startPs, long durationPs)
    {
        if (_streamPs > 0)
            StallPs += Math.Max(0, StreamBesideFetches(startPs) - durationPs);
    }

    /// <summary>A streamed prompt waits on the host.</summary>
    public void ParkStreamed(int slot, int request)
    {
        Own(slot).Streams = false;
        _parked.Enqueue(slot, seat.Order.Of(request));
    }

    /// <summary>A streamed prompt is needed no more.</summary>
    public void Drop(int slot, int tokens)
    {
        _droppedBytes += BytesOf(tokens, AwayLayers(slot));
        Release(slot, tokens);
    }

    /// <summary>The earliest parked sequence leaves its place there.</summary>
    public int TakeParked() => _parked.Dequeue();

    /// <summary>The next iteration waits for a sequence's KV.</summary>
    public void Fetch(int slot, int tokens) => StallPs += _fromHost.TransferPs(CountBack(slot, tokens));

    /// <summary>A sequence's KV comes back beside iterations; <see cref="TakeFetched"/> has it when it is there.</summary>
    public void FetchInBackground(int slot, int tokens, long nowPs)
    {
        _fromHostFreePs = Math.Max(nowPs, _fromHostFreePs) + _fromHost.TransferPs(CountBack(slot, tokens));
        _fetching.Enqueue((slot, _fromHostFreePs));
        Schedule(_fromHostFreePs);
    }

    /// <summary>The next sequence that is back by now; -1 when there is none.</summary>
    public int TakeFetched(long nowPs) =>
        _fetching.TryPeek(out (int Slot, long EndPs) first) && first.EndPs <= nowPs ? _fetching.Dequeue().Slot : -1;

    /// <summary>A sequence has nothing on the host any more.</summary>
    public void Release(int slot, int tokens)
    {
        long bytes = BytesOf(tokens, AwayLayers(slot));
        if (bytes > UsedBytes)
            throw new InvalidOperationException($"returning {bytes} host bytes but {UsedBytes} are used");
        UsedBytes -= bytes;
        Own(slot) = default;
    }

    public void AddTo(ref RunCounters sum)
    {
        sum.SwappedOutBytes += _swappedOutBytes;
        sum.SwappedInBytes += _swappedInBytes;
        sum.DroppedHostBytes += _droppedBytes;
    }

    /// <summary>How long work takes while the other direction of the link works too, both from now on.</summary>
    /// <param name="alonePs">On an idle link.</param>
    /// <param name="otherPs">Of the other direction, on an idle link.</param>
    internal long Beside(long alonePs, long otherPs)
    {
        long both = Math.Min(alonePs, otherPs);
        return both <= 0 ? alonePs : (long)Math.Round(both / _toHost.BothDirectionsFactor) + alonePs - both;
    }

    /// <summary>How long the stream takes beside KV on its way back, which it slows down in turn.</summary>
    private long StreamBesideFetches(long startPs)
    {
        long fetchPs = _fromHostFreePs - startPs;
        if (fetchPs <= 0)
            return _streamPs;
        for (int left = _fetching.Count; left > 0; left--)
        {
            (int slot, long endPs) = _fetching.Dequeue();
            if (endPs > startPs)
            {
                endPs = startPs + Beside(endPs - startPs, _streamPs);
                Schedule(endPs);
            }
            _fetching.Enqueue((slot, endPs));
        }
        _fromHostFreePs = startPs + Beside(fetchPs, _streamPs);
        return Beside(_streamPs, fetchPs);
    }

    private void Schedule(long fetchEndPs) => seat.Events.Schedule(fetchEndPs, new SimEvent(SimEventKind.FetchEnd, seat.Index, 0));

    private long CountBack(int slot, int tokens)
    {
        long bytes = BytesOf(tokens, AwayLayers(slot));
        _swappedInBytes += bytes;
        return bytes;
    }

    private void Take(long bytes)
    {
        if (memory is null || UsedBytes + bytes > _capacityBytes)
            throw new InvalidOperationException($"parking {bytes} bytes on the host but {_capacityBytes - UsedBytes} are free");
        UsedBytes += bytes;
        _swappedOutBytes += bytes;
    }

    private ref Away Own(int slot)
    {
        _away ??= new Away[64];
        if (slot >= _away.Length)
            Array.Resize(ref _away, Math.Max(slot + 1, 2 * _away.Length));
        return ref _away[slot];
    }

    /// <summary>Bytes of that many layers of so many tokens.</summary>
    private long BytesOf(int tokens, int ofLayers) => tokens * bytesPerToken * ofLayers / layers;

    private struct Away
    {
        public int Layers;
        public bool Streams;
    }
}
