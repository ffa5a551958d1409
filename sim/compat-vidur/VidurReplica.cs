using ELLM.Sim.Compat.Vidur.Schedulers;

namespace ELLM.Sim.Compat.Vidur;

/// <summary>A scheduler and its pipeline stages, each with a queue of batches and at most one running.</summary>
internal sealed class VidurReplica
{
    private readonly Queue<VidurBatch>[] _queues;
    private readonly VidurBatch?[] _running;

    public VidurReplica(int index, VidurConfig config, VidurMemoryPlan plan)
    {
        Scheduler = ReplicaSchedulers.Create(config, plan);
        _queues = new Queue<VidurBatch>[config.PipelineStages];
        for (int stage = 0; stage < _queues.Length; stage++)
            _queues[stage] = new Queue<VidurBatch>();
        _running = new VidurBatch?[config.PipelineStages];
        Metrics = new VidurReplicaMetrics(index, config);
    }

    public ReplicaScheduler Scheduler { get; }

    public VidurReplicaMetrics Metrics { get; }

    public int Stages => _queues.Length;

    public void Enqueue(int stage, VidurBatch batch) => _queues[stage].Enqueue(batch);

    /// <summary>The batch a free stage starts now, or null.</summary>
    public VidurBatch? Start(int stage)
    {
        if (_running[stage] is not null || !_queues[stage].TryDequeue(out VidurBatch? batch))
            return null;
        return _running[stage] = batch;
    }

    public void End(int stage) => _running[stage] = null;
}
