namespace ELLM.Sim.Metrics.Summaries;

/// <summary>One value of a summary, and all that there is to know of it.</summary>
/// <param name="Name">With its unit at the end, in every file and table.</param>
/// <param name="Unit">s, bytes, tokens, 1 (a share or a count of things the name says), ...; empty for words.</param>
/// <param name="Better">Which way it gets better.</param>
/// <param name="Doc">What it means; one line that needs no other.</param>
/// <param name="Get">Where it comes from.</param>
public sealed record SummaryColumn(string Name, string Unit, Better Better, string Doc, Func<Summary, SummaryValue> Get)
{
    /// <summary>It says which run the row is of; all others are metrics.</summary>
    public bool IsLabel { get; init; }
}
