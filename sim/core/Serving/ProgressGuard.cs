using ELLM.Sim.Memory;
using ELLM.Sim.Time;

namespace ELLM.Sim.Serving;

/// <summary>Stops runs that would last for ever: idling while requests wait, or preempting with no token in between.</summary>
internal sealed class ProgressGuard(EngineState state, RequestLifecycle requests)
{
    private readonly RunningSequences _running = state.Running;
    private readonly HostTraffic _host = state.Host;

    /// <summary>Preemptions since the last token.</summary>
    private long _fruitlessPreemptions;

    /// <summary>A token was emitted.</summary>
    public void Token() => _fruitlessPreemptions = 0;

    /// <exception cref="InputException">Too many preemptions since the last token.</exception>
    public void Preemption(int request, long nowPs)
    {
        if (++_fruitlessPreemptions <= 64 + (8L * state.Limits.MaxNumSeqs))
            return;
        throw new InputException(
            $"no progress at {new SimTime(nowPs)} s: the last {_fruitlessPreemptions} preemptions,"
            + $" now of request {request}, let nobody emit a token; {FreeTokens} of {Memory.CapacityTokens} KV tokens are free");
    }

    /// <summary>The scheduler idles.</summary>
    /// <param name="others">Other engines of a shared GPU may hold the memory: <see cref="GpuTurns"/> sees whether any of them
    /// runs.</param>
    /// <exception cref="InputException">No running sequence and no transfer will change what the waiting requests wait for.</exception>
    /// <exception cref="InvalidOperationException">There are running sequences.</exception>
    public void Idle(bool others, long nowPs)
    {
        if (_running.Count > 0)
            throw new InvalidOperationException($"{state.Scheduler.GetType().Name} idles with {_running.Count} running sequences");
        if (state.Queue.Count + _host.Parked == 0 || _host.Fetching > 0 || others)
            return;
        string who = _host.Parked > 0
            ? $"request {_running.Table[_host.EarliestParked].Request} in host memory"
            : $"request {state.Queue.Head} ({requests.Head.PrefillTokens} tokens)";
        throw new InputException(
            $"no progress at {new SimTime(nowPs)} s: {who} waits for KV memory,"
            + $" of which {FreeTokens} of {Memory.CapacityTokens} tokens are free and nobody runs");
    }

    private IKvMemory Memory => _running.Memory;

    private long FreeTokens => Memory.CapacityTokens - Memory.AllocatedTokens;
}
