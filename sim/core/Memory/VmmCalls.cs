namespace ELLM.Sim.Memory;

/// <summary>The driver calls of a <see cref="VmmKv"/>: what has been called since the last iteration began, and who waits for it.</summary>
/// <remarks>
/// Calls serialise on one driver lock. Work in the background is hidden by the iteration before; what is left of it, and all
/// synchronous work, delays the iteration that needs it. Counts are of chunks.
/// </remarks>
internal sealed class VmmCalls(VmmOptions options)
{
    private readonly DriverCalls _map = new(options.Map, "vmm map", options.Seed, options.Ranks);
    private readonly DriverCalls _unmap = new(options.Unmap, "vmm unmap", options.Seed, options.Ranks);
    private long _waitPs;
    private long _backgroundPs;
    private bool _drained;

    /// <summary>Growth that the running iteration has been charged for: the first step's.</summary>
    private long _chargedGrowth;
    private long _reportedPs;
    private long _waitingGrowths;

    /// <summary>Whether mapping what grows in one step surely takes no longer than the steps it is hidden behind.</summary>
    public bool Hidden(long growth, long stepPs)
    {
        long overlapPs = options.GrowthMaps == CallTiming.Background ? stepPs * options.LeadSteps : 0;
        return (growth * _map.LongestPs) + options.BroadcastPs <= overlapPs;
    }

    /// <summary>Maps for prompts, or for the activations of their iteration.</summary>
    public void MapForPrefill(long chunks) => Charge(_map.Take(chunks), options.PrefillMaps);

    /// <summary>Maps ahead of any need.</summary>
    public void MapEagerly(long chunks) => Charge(_map.Take(chunks), CallTiming.Background);

    public void Unmap(long chunks) => Charge(_unmap.Take(chunks), options.Unmaps);

    /// <summary>Maps what decoding sequences grow by in the first step of the iteration that begins.</summary>
    public void MapGrowth(long chunks, long overlapPs)
    {
        _chargedGrowth = chunks;
        if (chunks == 0)
            return;
        long ps = _map.Take(chunks);
        // Growth that is begun several steps ahead has that many iterations to hide behind.
        if (options.GrowthMaps == CallTiming.Background)
            _waitPs += Math.Max(0, ps + options.BroadcastPs - (overlapPs * options.LeadSteps));
        else
            Charge(ps, options.GrowthMaps);
    }

    /// <summary>The iteration begins: how long it waits for the calls made since the one before, picoseconds.</summary>
    /// <param name="growths">Growths of sequences in its first step.</param>
    public long StartIteration(long growths, long overlapPs)
    {
        long wait = _waitPs + Math.Max(0, _backgroundPs - overlapPs) + (_drained ? options.DrainPs : 0);
        _waitPs = 0;
        _backgroundPs = 0;
        _drained = false;
        if (wait > 0)
            _waitingGrowths += growths;
        return wait;
    }

    /// <summary>The iteration has ended, grown by so much in all its steps: no iteration waited for what followed the first.</summary>
    public void EndIteration(long growth)
    {
        _map.Skip(growth - _chargedGrowth);
        _chargedGrowth = 0;
    }

    /// <summary>Writes what was called since the last report, at median prices: calls that steps jumped over are never drawn.</summary>
    public void Report(long growths, long growthBytes, ref KvSpan span)
    {
        long workPs = _map.MedianPs + _unmap.MedianPs;
        span.MapWorkPs = workPs - _reportedPs;
        span.Growths = growths;
        span.WaitingGrowths = _waitingGrowths;
        span.GrowthBytes = growthBytes;
        _reportedPs = workPs;
        _waitingGrowths = 0;
    }

    private void Charge(long ps, CallTiming timing)
    {
        if (ps == 0)
            return;
        ps += options.BroadcastPs;
        if (timing == CallTiming.Background)
            _backgroundPs += ps;
        else
            _waitPs += ps;
        _drained |= timing == CallTiming.Drain;
    }
}
