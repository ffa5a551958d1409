namespace ELLM.Sim.Workload.Prefixes;

/// <summary>Collects the prompts of a file's rows; while no kept row has one, there is no column.</summary>
internal sealed class PromptColumnBuilder
{
    private int[]? _rows;

    public PrefixTreeBuilder Tree { get; } = new();

    /// <summary>The blocks that the file counts in.</summary>
    public TraceBlocks Blocks { get; set; }

    /// <param name="row">Of the kept ones, from 0.</param>
    /// <param name="prompt">From <see cref="Tree"/>; -1 when nothing is known of the row's prompt.</param>
    public void Set(int row, int prompt)
    {
        if (prompt < 0 && _rows is null)
            return;
        int had = _rows?.Length ?? 0;
        if (row >= had)
        {
            Array.Resize(ref _rows, Math.Max(1024, checked(2 * row)));
            _rows.AsSpan(had).Fill(-1);
        }
        _rows![row] = prompt;
    }

    public PromptPrefixes? Build(int rows)
    {
        if (_rows is null)
            return null;
        int had = _rows.Length;
        Array.Resize(ref _rows, rows);
        if (rows > had)
            _rows.AsSpan(had).Fill(-1);
        return Tree.Build(_rows, Blocks);
    }
}
