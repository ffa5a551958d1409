using ELLM.Sim.Time;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Serving;

/// <summary>When each stage of a pipeline is free: one micro-batch at a time on each, first come first served.</summary>
/// <remarks>
/// <para>All micro-batches pass the same stages in the same order, so the order in which they enter the first is their order on
/// every stage, and all that a new one will wait for is known when it enters.</para>
/// <para>Memory calls and copies that an iteration waits for occupy the first stage; the later ones have done theirs when the
/// micro-batch comes.</para>
/// </remarks>
public sealed class PipelineStages
{
    private readonly PipelineTimeModel _time;

    /// <summary>When each stage has done all that has entered the pipeline.</summary>
    private readonly long[] _freePs;

    /// <summary>How long the micro-batch entering occupies each stage.</summary>
    private readonly long[] _durationPs;

    /// <summary>How long the steps of the batch that entered last, or jumps, occupy each stage.</summary>
    private readonly StepSeries[] _steps;

    public PipelineStages(PipelineTimeModel time)
    {
        _time = time;
        _freePs = new long[time.Stages];
        _durationPs = new long[time.Stages];
        _steps = new StepSeries[time.Stages];
    }

    public int Count => _freePs.Length;

    /// <summary>An iteration with prompt chunks enters. Returns how long it waits for stages beyond its own work and stall.</summary>
    public long Enter(long nowPs, long stallPs, ReadOnlySpan<PrefillChunk> chunks, in DecodeBatch decode)
    {
        for (int i = 0; i < _durationPs.Length; i++)
            _durationPs[i] = _time.MixedOf(i, chunks, decode);
        return Enter(nowPs, stallPs);
    }

    /// <summary>A decode step enters. Returns how long it waits for stages beyond its own work and stall.</summary>
    public long EnterDecode(long nowPs, long stallPs, in DecodeBatch batch)
    {
        for (int i = 0; i < _steps.Length; i++)
            _steps[i] = _time.DecodeOf(i, batch).Steps(batch);
        StepDurations(0);
        return Enter(nowPs, stallPs);
    }

    /// <summary>The jump of an engine that is alone now ends with this step: the stages are as that step leaves them.</summary>
    /// <param name="step">Index of the step, from 0.</param>
    /// <param name="startPs">When it began.</param>
    public void EndJumpWith(long step, long startPs)
    {
        StepDurations(step);
        long ps = startPs;
        for (int i = 0; i < _freePs.Length; i++)
            _freePs[i] = ps += _durationPs[i];
    }

    private void StepDurations(long step)
    {
        for (int i = 0; i < _durationPs.Length; i++)
            _durationPs[i] = _steps[i].At(step);
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
