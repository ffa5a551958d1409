using ELLM.Sim.Timing;

namespace ELLM.Sim.Serving;

/// <content>Sharing pipeline stages with the other virtual engines of a replica.</content>
public sealed partial class Replica
{
    /// <summary>Null without pipeline parallelism: the replica has its GPUs to itself.</summary>
    private readonly StagePipeline? _pipeline;

    /// <summary>Part of the running span's stall: another micro-batch occupied a stage.</summary>
    private long _gpuWaitPs;

    /// <summary>Requests that arrived at this virtual engine and have not ended.</summary>
    internal int OwnOutstanding { get; private set; }

    /// <summary>Whether requests are routed here: to a replica, and to the first of its virtual engines on behalf of all.</summary>
    internal bool TakesRequests => _pipeline is null || _pipeline.First == this;

    /// <summary>Who gets a request that is routed here.</summary>
    internal Replica Receiver => _pipeline is null ? this : _pipeline.TakeTurn();

    private DecodeCost CostOf(in DecodeBatch batch) => _pipeline is null ? _time.Decode(batch) : _pipeline.Decode(batch);

    /// <summary>The span ends at its first step boundary at or after an instant, if that is sooner.</summary>
    internal void CutSpan(long ps)
    {
        if (!_stage.Busy || !_stage.CutAt(ps))
            return;
        LeaveStages();
        ScheduleSpanEnd();
    }

    /// <summary>The stages are those of the last step of a span that jumps.</summary>
    private void LeaveStages()
    {
        long last = _stage.Steps - 1;
        _pipeline?.EndJumpWith(last, _stage.StartPs + (last == 0 ? 0 : _stage.Duration(last)));
    }
}
