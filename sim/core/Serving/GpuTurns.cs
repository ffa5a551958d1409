using ELLM.Sim.Memory;
using ELLM.Sim.Time;

namespace ELLM.Sim.Serving;

/// <summary>One GPU that several engines take turns on: an engine runs one iteration, then goes to the end of the line.</summary>
/// <remarks>
/// <para>Engines are processes of their own whose kernels the GPU time-slices. Here a slice is an iteration, handed round in the order
/// of asking: over several iterations each engine gets the same number of them, as with slices, and an iteration alone on the GPU
/// takes as long as without neighbours. An engine forms its batch when its turn comes, so it sees everything that has arrived.</para>
/// <para>An engine whose requests find no memory because others hold it keeps its place and is asked again at every boundary on this
/// GPU; it delays no other. While the line is empty, decode jumps go on as on a GPU of one's own.</para>
/// </remarks>
/// <param name="pages">Memory that the engines share; null when each has its own.</param>
public sealed class GpuTurns(GpuPages? pages = null)
{
    private readonly List<Replica> _asked = [];
    private Queue<Replica> _line = new();
    private Replica? _running;

    /// <summary>An engine that may be able to run stands in line behind the one whose turn it is.</summary>
    internal bool Contended => _line.Count > 0;

    /// <summary>Something happens on this GPU.</summary>
    internal void At(long nowPs) => pages?.At(nowPs);

    /// <summary>An engine is at an iteration boundary, or has been woken.</summary>
    internal void AtBoundary(Replica engine, long nowPs)
    {
        if (_running == engine)
            _running = null;
        if (!engine.HasWork)
        {
            engine.FormBatch(nowPs);
        }
        else if (!_line.Contains(engine))
        {
            engine.JoinLine(nowPs);
            _line.Enqueue(engine);
        }
        if (_running is not null)
            _running.CutSpan(nowPs);
        else
            GiveTurn(nowPs);
    }

    private void GiveTurn(long nowPs)
    {
        // An engine that cannot run may have freed memory while it tried: those refused before it are asked once more.
        for (int pass = 0; pass < 2 && _running is null; pass++)
        {
            while (_running is null && _line.TryDequeue(out Replica? next))
            {
                if (next.TakeTurn(nowPs))
                    _running = next;
                else if (next.HasWork)
                    _asked.Add(next);
            }
            if (_asked.Count == 0)
                return;
            foreach (Replica engine in _asked)
                engine.JoinLine(nowPs);
            _line = new Queue<Replica>(_asked.Concat(_line));
            _asked.Clear();
        }
        if (_running is null)
        {
            throw new InputException(
                $"no progress at {new SimTime(nowPs)} s: {_line.Count} engines wait for memory of the GPU they share"
                + " and none of them runs");
        }
    }
}
