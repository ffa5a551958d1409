using ELLM.Sim.Timing;

namespace ELLM.Sim.Serving;

/// <summary>The pipeline stages of a replica, shared by as many virtual engines: one micro-batch at a time on each stage, first come first served.</summary>
/// <remarks>
/// <para>As in vLLM's engine before V1: every virtual engine has a scheduler, a queue and a share of the KV blocks of its own, gets the
/// requests in turn, and has one micro-batch in flight, so that pp of them can fill pp stages.</para>
/// <para>All micro-batches pass the same stages in the same order, so the order in which they enter the first is their order on
/// every stage, and all that a new one will wait for is known when it enters.</para>
/// <para>Memory calls and copies that an iteration waits for occupy the first stage; the later ones have done theirs when the
/// micro-batch comes.</para>
/// </remarks>
public sealed class StagePipeline
{
    private readonly PipelineTimeModel _time;
    private readonly List<Replica> _engines = [];

    /// <summary>When each stage has done all that has entered the pipeline.</summary>
    private readonly long[] _freePs;

    /// <summary>How long the micro-batch entering occupies each stage.</summary>
    private readonly long[] _durationPs;

    /// <summary>Costs of the decode steps entering, or jumped over, stage by stage.</summary>
    private readonly DecodeCost[] _costs;
    private DecodeBatch _batch;
    private int _next;

    public StagePipeline(PipelineTimeModel time)
    {
        _time = time;
        _freePs = new long[time.Stages];
        _durationPs = new long[time.Stages];
        _costs = new DecodeCost[time.Stages];
    }

    internal ITimeModel Time => _time;

    /// <summary>Virtual engines: one for each stage.</summary>
    public int Engines => _time.Stages;

    internal void Join(Replica engine) => _engines.Add(engine);

    internal Replica First => _engines[0];

    /// <summary>The virtual engine that gets the next request.</summary>
    internal Replica TakeTurn()
    {
        Replica picked = _engines[_next];
        _next = (_next + 1) % _engines.Count;
        return picked;
    }

    /// <summary>Requests of all virtual engines that have not ended.</summary>
    internal int Outstanding
    {
        get
        {
            int sum = 0;
            foreach (Replica engine in _engines)
                sum += engine.OwnOutstanding;
            return sum;
        }
    }

    /// <summary>Whether nobody else has any work: then no stage is ever waited for until something arrives.</summary>
    internal bool IsAlone(Replica engine) => Outstanding == engine.OwnOutstanding;

    /// <summary>Something arrives: whoever jumps over steps alone goes on step by step.</summary>
    internal void Interrupt(long nowPs)
    {
        foreach (Replica engine in _engines)
            engine.CutSpan(nowPs);
    }

    internal DecodeCost Decode(in DecodeBatch batch)
    {
        _batch = batch;
        DecodeCost sum = default;
        long valid = long.MaxValue;
        for (int i = 0; i < _costs.Length; i++)
        {
            _costs[i] = _time.DecodeOf(i, batch);
            valid = Math.Min(valid, _costs[i].ValidSteps);
            sum = new DecodeCost(
                sum.FixedPs + _costs[i].FixedPs,
                sum.PerContextTokenPs + _costs[i].PerContextTokenPs,
                sum.PerLongestTokenPs + _costs[i].PerLongestTokenPs,
                0);
        }
        return sum with { ValidSteps = valid };
    }

    /// <summary>An iteration with prefill chunks enters. Returns how long it waits for stages beyond its own work and stall.</summary>
    internal long Enter(long nowPs, long stallPs, ReadOnlySpan<PrefillChunk> chunks, in DecodeBatch decode)
    {
        for (int i = 0; i < _durationPs.Length; i++)
            _durationPs[i] = _time.MixedOf(i, chunks, decode);
        return Enter(nowPs, stallPs);
    }

    /// <summary>A decode step enters, of the batch last asked for.</summary>
    internal long EnterDecode(long nowPs, long stallPs)
    {
        StepDurations(0);
        return Enter(nowPs, stallPs);
    }

    /// <summary>The jump of a virtual engine that is alone now ends with this step: the stages are as that step leaves them.</summary>
    /// <param name="step">Index of the step, from 0.</param>
    /// <param name="startPs">When it began.</param>
    internal void EndJumpWith(long step, long startPs)
    {
        StepDurations(step);
        long ps = startPs;
        for (int i = 0; i < _freePs.Length; i++)
            _freePs[i] = ps += _durationPs[i];
    }

    private void StepDurations(long step)
    {
        for (int i = 0; i < _durationPs.Length; i++)
            _durationPs[i] = PipelineStage.FirstStep(_costs[i], _batch) + (step * PipelineStage.Growth(_costs[i], _batch));
    }

    private long Enter(long nowPs, long stallPs)
    {
        long ps = nowPs;
        long own = stallPs;
        for (int i = 0; i < _freePs.Length; i++)
        {
            long busyPs = _durationPs[i] + (i == 0 ? stallPs : 0);
            ps = Math.Max(ps, _freePs[i]) + busyPs;
            _freePs[i] = ps;
            own += _durationPs[i];
        }
        return ps - nowPs - own;
    }
}
