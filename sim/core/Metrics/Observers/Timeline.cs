using ELLM.Sim.Serving;
using ELLM.Sim.Time;

namespace ELLM.Sim.Metrics.Observers;

/// <summary>Samples of a run on a grid that grows coarser as the run grows longer: never more than 4,096 rows.</summary>
/// <remarks>
/// The grid starts at 10 ms. A row is the first iteration boundary at or after a grid point; a boundary that passes several
/// points stands for all of them. When the rows run out the spacing doubles and every row that the coarser grid would not
/// have taken is dropped, so the rows are those of a run sampled with the final spacing from the start.
/// </remarks>
public sealed class Timeline(int maxRows = Timeline.DefaultRows, long spacingPs = Timeline.DefaultSpacingPs)
{
    public const int DefaultRows = 4096;
    public const long DefaultSpacingPs = 10 * SimTime.PsPerMillisecond;

    private const int FirstRows = 64;

    /// <summary>As long as is needed so far.</summary>
    private ReplicaSample[] _rows = new ReplicaSample[Math.Min(maxRows, FirstRows)];

    /// <summary>Which interval of the grid each row stands for: halved, rounded down, when the spacing doubles.</summary>
    private long[] _slots = new long[Math.Min(maxRows, FirstRows)];
    private int _count;

    public long SpacingPs { get; private set; } = spacingPs;

    /// <summary>Beyond every time when there is room for none.</summary>
    public long NextSamplePs { get; private set; } = maxRows == 0 ? long.MaxValue : 0;

    public ReadOnlySpan<ReplicaSample> Rows => _rows.AsSpan(0, _count);

    public void Add(in ReplicaSample sample)
    {
        if (sample.TimePs < NextSamplePs)
            return;
        while (_count == maxRows)
            Coarsen();
        long slot = sample.TimePs / SpacingPs;
        if (_count == 0 || slot > _slots[_count - 1])
        {
            if (_count == _rows.Length)
                Grow();
            _slots[_count] = slot;
            _rows[_count++] = sample;
        }
        NextSamplePs = (slot + 1) * SpacingPs;
    }

    /// <summary>The timeline of replicas that each have one: what one of all would have taken.</summary>
    /// <remarks>The first boundary of an interval is the first of some replica's, and a replica's own grid is never coarser than the
    /// one of all, which has no fewer intervals with a row.</remarks>
    public static Timeline Of(IReadOnlyList<Timeline> parts)
    {
        List<ReplicaSample> rows = [];
        foreach (Timeline part in parts)
            rows.AddRange(part.Rows);
        rows.Sort((a, b) => (a.TimePs, a.Cause, a.Replica).CompareTo((b.TimePs, b.Cause, b.Replica)));
        Timeline all = new();
        foreach (ReplicaSample row in rows)
            all.Add(row);
        return all;
    }

    private void Grow()
    {
        int rows = Math.Min(maxRows, 2 * _rows.Length);
        Array.Resize(ref _rows, rows);
        Array.Resize(ref _slots, rows);
    }

    private void Coarsen()
    {
        SpacingPs *= 2;
        _slots[0] /= 2;
        int kept = 1;
        for (int i = 1; i < _count; i++)
        {
            long slot = _slots[i] / 2;
            if (slot == _slots[kept - 1])
                continue;
            _slots[kept] = slot;
            _rows[kept++] = _rows[i];
        }
        _count = kept;
    }
}
