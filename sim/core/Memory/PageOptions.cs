namespace ELLM.Sim.Memory;

/// <summary>Which page an engine takes its next block from, when several have a free one.</summary>
public enum PageChoice : byte
{
    /// <summary>The page that got its first free block last (kvcached: its table of partly free pages is a stack).</summary>
    Latest,

    /// <summary>The page with the fewest free blocks: full pages stay full, nearly empty ones run empty (page-aware allocation).</summary>
    Fullest,
}

/// <summary>One engine's KV in pages that it maps when needed and gives back when they are empty: sizes, rules and call costs.</summary>
/// <param name="BlockTokens">Tokens of a KV block.</param>
/// <param name="BytesPerToken">K and V of one token over all layers.</param>
/// <param name="BlocksPerPage">Blocks that a page holds: page bytes / bytes of a block's K in one layer.</param>
/// <remarks>
/// A page id stands for one page of K and one of V in every layer, all mapped and unmapped together. Source: kvcached (Prism's
/// balloon driver), code and benchmark READMEs.
/// </remarks>
public sealed record PageOptions(int BlockTokens, long BytesPerToken, int BlocksPerPage)
{
    /// <summary>Bytes of one page id over all layers, K and V.</summary>
    public long PageBytes => BytesPerToken * BlockTokens * BlocksPerPage + SlackBytes;

    /// <summary>What blocks do not fill of a page id.</summary>
    public long SlackBytes { get; init; }

    /// <summary>Mapped pages in reserve below which more are mapped in the background (kvcached: 5).</summary>
    public int ReserveMin { get; init; } = 5;

    /// <summary>Empty pages stay mapped up to that many in reserve, beyond it they go back (kvcached: 10).</summary>
    public int ReserveMax { get; init; } = 10;

    public PageChoice Choice { get; init; }

    /// <summary>Share of the largest number of blocks that an admission must leave free.</summary>
    public double Watermark { get; init; }

    public BlockCheck Check { get; init; } = BlockCheck.Needed;

    /// <summary>Picoseconds to create and map one page id.</summary>
    public long MapPs { get; init; }

    /// <summary>Picoseconds to unmap and release one.</summary>
    public long UnmapPs { get; init; }

    /// <summary>The engine waits for its unmapping; otherwise only the driver is busy with it.</summary>
    public bool UnmapsSync { get; init; } = true;
}
