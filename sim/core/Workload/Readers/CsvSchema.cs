namespace ELLM.Sim.Workload.Readers;

/// <summary>One CSV layout: found by its column names in any order and case, never by position.</summary>
/// <param name="Id">Short name in reports.</param>
/// <param name="Title">What it is.</param>
/// <param name="Time">Unit of <see cref="TimeColumn"/>.</param>
/// <param name="Required">Every column that must be there for the layout to be recognised.</param>
internal sealed record CsvSchema(string Id, string Title, TimeKind Time, string[] Required)
{
    public string TimeColumn { get; init; } = "";

    public string InputColumn { get; init; } = "";

    public string OutputColumn { get; init; } = "";

    public string? ModelColumn { get; init; }

    /// <summary>What says which turn of which session a row is; null: the layout has none.</summary>
    public SessionColumns? Sessions { get; init; }

    /// <summary>Said in the report about what the simulator does not use.</summary>
    public string? Note { get; init; }

    /// <summary>Why a recognised file cannot be replayed, or null when it can.</summary>
    public string? Refusal { get; init; }

    public string HeaderText => string.Join(',', Required);
}
