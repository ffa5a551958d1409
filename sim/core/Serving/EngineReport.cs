namespace ELLM.Sim.Serving;

/// <summary>The figures of an engine that those outside it may see, as its metrics page gives them.</summary>
/// <param name="Waiting">Requests in its queue.</param>
/// <param name="Running">Sequences on the GPU.</param>
/// <param name="KvTokens">Tokens in its KV memory: of every step that has ended.</param>
/// <param name="KvCapacityTokens">Tokens that the memory can hold.</param>
public readonly record struct EngineReport(int Waiting, int Running, long KvTokens, long KvCapacityTokens)
{
    /// <summary>Of engines that requests are routed to as one.</summary>
    public static EngineReport operator +(in EngineReport a, in EngineReport b) => new(
        a.Waiting + b.Waiting, a.Running + b.Running, a.KvTokens + b.KvTokens, a.KvCapacityTokens + b.KvCapacityTokens);
}
