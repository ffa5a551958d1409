namespace ELLM.Sim.Experiments.Reproductions;

/// <summary>A published number with ours beside it.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Row">The published number.</param>
/// <param name="Low">Ours, the smallest over the open conditions; null when there is none.</param>
/// <param name="High">Ours, the largest.</param>
/// <param name="Missing">Why there is no value of ours; null when there is one.</param>
public sealed record ReproductionResult(Reproduction Experiment, PublishedRow Row, double? Low, double? High, string? Missing = null)
{
    /// <summary>
    /// Whether ours agrees with the publication: within what is accepted, or, over open conditions, reaching into it.
    /// Null when nothing is accepted or there is no value.
    /// </summary>
    public bool? Within => Row.Accept is not { } accept || Low is not double low || High is not double high
        ? null
        : low <= accept[1] && high >= accept[0];
}
