namespace ELLM.Sim.Serving;

/// <summary>What an engine has at an instant: the parts that decisions and iterations act on, each in its own file.</summary>
/// <param name="Queue">Requests that wait.</param>
/// <param name="Running">Sequences on the GPU.</param>
/// <param name="Host">Sequences in host memory, and the link to it.</param>
/// <param name="Batch">The iteration being formed.</param>
/// <param name="Clocks">What the engine's time went to.</param>
internal sealed record EngineState(
    EngineLimits Limits,
    IScheduler Scheduler,
    WaitingQueue Queue,
    RunningSequences Running,
    HostTraffic Host,
    FormingBatch Batch,
    LatencyClocks Clocks)
{
    public static EngineState Of(EngineParts parts, in ReplicaSeat seat)
    {
        RunningSequences running = new(parts.Memory, seat.Order);
        HostTraffic host = new(parts.Host, parts.Limits.Layers, parts.Memory.BytesPerToken, seat);
        FormingBatch batch = new(running, parts.Scheduler);
        return new EngineState(parts.Limits, parts.Scheduler, new WaitingQueue(), running, host, batch, new LatencyClocks());
    }
}
