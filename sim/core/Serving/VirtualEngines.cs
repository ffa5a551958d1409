using ELLM.Sim.Timing;

namespace ELLM.Sim.Serving;

/// <summary>The virtual engines of a replica with pipeline parallelism, one a stage: each request goes to one of them, in turn.</summary>
/// <remarks>
/// As in vLLM's engine before V1: every virtual engine has a scheduler, a queue and a share of the KV blocks of its own, gets the
/// requests in turn, and has one micro-batch in flight, so that pp of them can fill pp stages.
/// </remarks>
public sealed class VirtualEngines(PipelineTimeModel time)
{
    private readonly List<Replica> _engines = [];
    private int _next;

    internal ITimeModel Time => time;

    /// <summary>What they share.</summary>
    public PipelineStages Stages { get; } = new(time);

    /// <summary>None has joined yet.</summary>
    internal bool IsEmpty => _engines.Count == 0;

    internal Replica First => _engines[0];

    /// <summary>Requests of all of them that have not ended.</summary>
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

    /// <summary>What all of them report together.</summary>
    internal EngineReport ReportAt(long nowPs)
    {
        EngineReport sum = default;
        foreach (Replica engine in _engines)
            sum += engine.OwnReportAt(nowPs);
        return sum;
    }

    internal void Join(Replica engine) => _engines.Add(engine);

    /// <summary>The engine that gets the next request.</summary>
    internal Replica TakeTurn()
    {
        Replica picked = _engines[_next];
        _next = (_next + 1) % _engines.Count;
        return picked;
    }

    /// <summary>Whether the others have no work: then no stage is ever waited for until something arrives.</summary>
    internal bool IsAlone(Replica engine) => Outstanding == engine.OwnOutstanding;

    /// <summary>Something arrives: an engine that jumps over steps alone goes on step by step.</summary>
    internal void Interrupt(long nowPs)
    {
        foreach (Replica engine in _engines)
            engine.CutSpan(nowPs);
    }
}
