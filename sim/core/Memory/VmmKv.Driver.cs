namespace ELLM.Sim.Memory;

/// <content>Driver calls: what they cost an iteration, and what is mapped where.</content>
public sealed partial class VmmKv
{
    private readonly DriverCalls _map;
    private readonly DriverCalls _unmap;
    private long _waitPs;
    private long _backgroundPs;
    private bool _drained;

    /// <summary>Units whose mapping the running iteration has been charged for.</summary>
    private long _chargedGrowth;

    public MappedMemory? Mapped
    {
        get
        {
            // Between two iterations, chunks may be promised that the next one takes back from idle activations and ranges first.
            long owed = Math.Max(0, -UnmappedChunks);
            long fromActivations = Math.Min(owed, _activationChunks);
            long idle = IdleChunks - (owed - fromActivations);
            long held = _liveUnits * _chunksPerUnit * _options.ChunkBytes;
            long activations = (_activationChunks - fromActivations) * _options.ChunkBytes;
            long free = _options.PoolBytes - held - activations - (idle * _options.ChunkBytes);
            return new MappedMemory(held, idle * _options.ChunkBytes, activations, free, _options.Elastic);
        }
    }

    public long StartIteration(in IterationLoad load, long hiddenPs)
    {
        long activations = ActivationsOf(load.Tokens);
        long need = load.WithDecodes ? _growth.Need(0) : 0;
        if (activations > _activationChunks)
        {
            Charge(_map.Take(activations - _activationChunks), _options.PrefillMaps);
            _activationChunks = activations;
        }
        // What was promised since the last iteration is backed now: with chunks of nobody, of idle activations, of idle ranges.
        long missing = (need * _chunksPerUnit) - UnmappedChunks;
        if (missing > 0)
        {
            long fromActivations = Math.Min(missing, _activationChunks - activations);
            _activationChunks -= fromActivations;
            long fromIdle = _idle.Reclaim((missing - fromActivations + _chunksPerUnit - 1) / _chunksPerUnit);
            Charge(_unmap.Take(fromActivations + (fromIdle * _chunksPerUnit)), _options.Unmaps);
        }
        _chargedGrowth = need;
        if (need > 0)
        {
            long growthPs = _map.Take(need * _chunksPerUnit);
            // Growth that is begun several steps ahead has that many iterations to hide behind.
            if (_options.GrowthMaps == CallTiming.Background)
                _waitPs += Math.Max(0, growthPs + _options.BroadcastPs - (hiddenPs * _options.LeadSteps));
            else
                Charge(growthPs, _options.GrowthMaps);
        }
        if (_idle.Count == 0 && _options.EagerUnits > 0 && UnmappedChunks - (need * _chunksPerUnit) >= _options.EagerUnits * _chunksPerUnit)
        {
            Charge(_map.Take(_options.EagerUnits * _chunksPerUnit), CallTiming.Background);
            _idle.Add(_options.EagerUnits);
        }
        long wait = _waitPs + Math.Max(0, _backgroundPs - hiddenPs) + (_drained ? _options.DrainPs : 0);
        _waitPs = 0;
        _backgroundPs = 0;
        _drained = false;
        if (wait > 0)
            _waitingGrowths += need;
        return wait;
    }

    /// <summary>What was called since the last report, at median prices: calls that steps jumped over are never drawn.</summary>
    private void ReportCalls(long growths, ref KvSpan span)
    {
        long workPs = _map.MedianPs + _unmap.MedianPs;
        span.MapWorkPs = workPs - _reportedPs;
        span.Growths = growths;
        span.WaitingGrowths = _waitingGrowths;
        span.GrowthBytes = _chunksPerUnit * _options.ChunkBytes;
        _reportedPs = workPs;
        _waitingGrowths = 0;
    }

    private void MapForPrefill(long units) => Charge(_map.Take(units * _chunksPerUnit), _options.PrefillMaps);

    private void Unmap(long units) => Charge(_unmap.Take(units * _chunksPerUnit), _options.Unmaps);

    private void Charge(long ps, CallTiming timing)
    {
        if (ps == 0)
            return;
        ps += _options.BroadcastPs;
        if (timing == CallTiming.Background)
            _backgroundPs += ps;
        else
            _waitPs += ps;
        _drained |= timing == CallTiming.Drain;
    }
}
