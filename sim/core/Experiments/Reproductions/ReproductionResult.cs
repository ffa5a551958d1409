namespace ELLM.Sim.Experiments.Reproductions;

/// <summary>What ours says of a published number, the better first.</summary>
public enum Verdict
{
    /// <summary>The presets' own defaults, under what was stated, lie within what is accepted.</summary>
    Reproduced,

    /// <summary>They do not, and a value of what the publication leaves open does.</summary>
    Possible,

    /// <summary>Nothing of the band does.</summary>
    Missed,
}

/// <summary>A published number with ours beside it.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Row">The published number.</param>
/// <param name="Values">Ours, by condition; the first is the one that was argued for. Empty: there is none.</param>
/// <param name="Missing">Why there is no value of ours; null when there is one.</param>
public sealed record ReproductionResult(
    Reproduction Experiment, PublishedRow Row, IReadOnlyList<(string Condition, double Value)> Values, string? Missing = null)
{
    /// <summary>The smallest over the open conditions; null when there is none.</summary>
    public double? Low => Values.Count == 0 ? null : Values.Min(value => value.Value);

    /// <summary>The largest.</summary>
    public double? High => Values.Count == 0 ? null : Values.Max(value => value.Value);

    /// <summary>Null when nothing is accepted or there is no value.</summary>
    public Verdict? Verdict => Row.Accept is null || Values.Count == 0 ? null
        : IsWithin(Values[0].Value) ? Reproductions.Verdict.Reproduced
        : Point is not null ? Reproductions.Verdict.Possible
        : Reproductions.Verdict.Missed;

    /// <summary>The first condition whose value is within what is accepted; null: none is, or nothing is accepted.</summary>
    public string? Point => Row.Accept is null ? null
        : Values.Where(value => IsWithin(value.Value)).Select(value => value.Condition).FirstOrDefault();

    /// <summary>The verdict is worse than the one that the experiment's file stands by.</summary>
    public bool IsWorse => Verdict is { } verdict && verdict > (Row.Stands ?? Reproductions.Verdict.Possible);

    private bool IsWithin(double value) => value >= Row.Accept![0] && value <= Row.Accept[1];
}
