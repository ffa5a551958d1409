using System.Globalization;

namespace ELLM.Sim.Workload;

/// <summary>Why rows of one kind were left out, and how many.</summary>
public sealed record DroppedRows(string Reason, long Count);

/// <summary>What a reader met: every row of the file is in <see cref="RowsKept"/> or in <see cref="Dropped"/>.</summary>
public sealed record TraceLoadReport
{
    /// <summary>As the user gave it.</summary>
    public required string Path { get; init; }

    /// <summary>Short name of the layout: AZ23, MC, BG6, ….</summary>
    public required string Schema { get; init; }

    public required string SchemaTitle { get; init; }

    /// <summary>Unit of the file's time column.</summary>
    public required string TimeUnit { get; init; }

    public required bool Gzip { get; init; }

    /// <summary>Lower-case hex SHA-256 of the stored bytes; empty for text that is not a file.</summary>
    public required string Sha256 { get; init; }

    public required long RowsRead { get; init; }

    public required long RowsKept { get; init; }

    /// <summary>Good rows that a window, a skip or a limit left out.</summary>
    public long RowsCut { get; init; }

    public required IReadOnlyList<DroppedRows> Dropped { get; init; }

    /// <summary>Rows whose time is before that of the row above; sorted away, order of equal times kept.</summary>
    public required long Inversions { get; init; }

    /// <summary>Gaps of zero between neighbours after sorting.</summary>
    public required long EqualTimes { get; init; }

    /// <summary>Why the times were taken in another unit than the layout's; null when they were not.</summary>
    public string? UnitTaken { get; init; }

    /// <summary>Equal times were not spread, and not all are equal, as in a burst made on purpose.</summary>
    public bool TiesAreKept { get; init; }

    public required long BlankLines { get; init; }

    public required bool CarriageReturns { get; init; }

    public required bool FinalNewline { get; init; }

    /// <summary>Earliest and latest time of the kept rows in the file's own terms.</summary>
    public required string FirstTime { get; init; }

    public required string LastTime { get; init; }

    /// <summary>Reading stopped at the limit, so later rows were not looked at.</summary>
    public required bool Limited { get; init; }

    /// <summary>Anything else worth a line: what was guessed, generated or not used.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    public long RowsDropped => RowsRead - RowsKept - RowsCut;

    /// <summary>Share of the gaps between neighbours that are zero.</summary>
    public double EqualTimeShare => RowsKept > 1 ? EqualTimes / (double)(RowsKept - 1) : 0;

    private string CutText => RowsCut == 0 || Limited
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $", {RowsCut} outside the part asked for");

    /// <summary>The report as text, one fact a line.</summary>
    public IReadOnlyList<string> ToLines()
    {
        List<string> lines =
        [
            $"{Path}: {Schema} ({SchemaTitle}){(Gzip ? ", gzip" : "")}",
            string.Create(CultureInfo.InvariantCulture,
                $"rows read {RowsRead}, kept {RowsKept}, dropped {RowsDropped}{CutText}{(Limited ? " (stopped at the limit)" : "")}"),
        ];
        foreach (DroppedRows drop in Dropped)
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"  dropped {drop.Count}: {drop.Reason}"));
        lines.Add($"time unit {TimeUnit}, first {FirstTime}, last {LastTime}");
        lines.Add(string.Create(CultureInfo.InvariantCulture,
            $"time inversions {Inversions}, equal times {EqualTimes} ({EqualTimeShare:P1}), blank lines {BlankLines}"));
        lines.Add($"line ends {(CarriageReturns ? "CR LF" : "LF")}, {(FinalNewline ? "" : "no ")}final newline");
        if (UnitTaken is not null)
            lines.Add($"note: {UnitTaken}");
        foreach (string note in Notes)
            lines.Add($"note: {note}");
        if (Sha256.Length > 0)
            lines.Add($"sha256 {Sha256}");
        return lines;
    }
}
