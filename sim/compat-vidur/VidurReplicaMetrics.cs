using ELLM.Sim.Compat.Vidur.Schedulers;

namespace ELLM.Sim.Compat.Vidur;

/// <summary>Averages of one replica, defined as Vidur defines them.</summary>
/// <remarks>
/// Memory: 100 times blocks in use over blocks, sampled after each scheduling that formed a batch and after each batch end. Busy and
/// utilisation: per stage, 0 between batches. Utilisation of a batch: <c>100 (2 tokens parameters + 4 layers heads d sum(t (t + n))) /
/// (duration peak)</c>, parameters, layers and heads of one GPU, t the tokens and n the tokens done of each request.
/// </remarks>
public sealed class VidurReplicaMetrics
{
    private readonly VidurConfig _config;
    private readonly double _peak;

    internal VidurReplicaMetrics(int replica, VidurConfig config)
    {
        _config = config;
        Replica = replica;
        bool unset = config.Quirks.ZeroTimeIsUnset;
        MemoryPercent = new VidurAverage(unset);
        StageBusyPercent = [.. Enumerable.Range(0, config.PipelineStages).Select(_ => new VidurAverage(unset))];
        StageMfuPercent = [.. Enumerable.Range(0, config.PipelineStages).Select(_ => new VidurAverage(unset))];
        _peak = config.DeviceTflops * (config.Quirks.BinaryTera ? 1L << 40 : 1e12);
        MemoryPercent.Put(0, 0);
        foreach (VidurAverage stage in StageBusyPercent.Concat(StageMfuPercent))
            stage.Put(0, 0);
    }

    public int Replica { get; }

    public VidurAverage MemoryPercent { get; }

    public IReadOnlyList<VidurAverage> StageBusyPercent { get; }

    public IReadOnlyList<VidurAverage> StageMfuPercent { get; }

    internal void Memory(double time, ReplicaScheduler scheduler) =>
        MemoryPercent.Put(time, scheduler.UsedBlocks * 100.0 / scheduler.Blocks);

    internal void StageStart(double time, int stage, VidurBatch batch, double duration)
    {
        StageBusyPercent[stage].Put(time, 100);
        StageMfuPercent[stage].Put(time, Mfu(batch, duration));
    }

    internal void StageEnd(double time, int stage)
    {
        StageBusyPercent[stage].Put(time, 0);
        StageMfuPercent[stage].Put(time, 0);
    }

    private double Mfu(VidurBatch batch, double duration)
    {
        VidurModel model = _config.Model;
        double layers = model.Layers / _config.PipelineStages;
        double flops = 2.0 * batch.TotalTokens * model.LayerParameters(_config.TensorParallel) * layers;
        double perPair = 4 * layers * (model.QHeads / _config.TensorParallel) * model.HeadDim;
        for (int i = 0; i < batch.Requests.Count; i++)
            flops += perPair * batch.Tokens[i] * (batch.Tokens[i] + batch.Requests[i].Done);
        return duration > 0 ? flops / duration * 100 / _peak : 0;
    }
}
