namespace ELLM.Sim.Serving;

/// <content>Sharing a GPU with other engines.</content>
public sealed partial class Replica
{
    private long _inLineSincePs;

    /// <summary>Time integral of the live KV tokens while the engine stood in line, token-picoseconds: no span covers it.</summary>
    public Int128 LiveInLine { get; private set; }

    internal bool HasWork => Queue.Count + Sequences.RunningCount + _parked.Count > 0;

    internal void JoinLine(long nowPs)
    {
        _inLineSincePs = nowPs;
        _clocks.SetInLine(nowPs, inLine: true);
    }

    /// <summary>The turn has come. Returns false when nothing of the engine's can run, for want of memory that others hold.</summary>
    internal bool TakeTurn(long nowPs)
    {
        _clocks.SetInLine(nowPs, inLine: false);
        LiveInLine += Math.BigMul(nowPs - _inLineSincePs, _liveTokens);
        return FormBatch(nowPs);
    }

    /// <summary>Somebody else wants the GPU: the running span ends with the step in flight.</summary>
    internal void EndTurnSoon(long nowPs)
    {
        if (_stage.CutAt(nowPs))
            ScheduleSpanEnd();
    }
}
