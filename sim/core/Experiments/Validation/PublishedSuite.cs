namespace ELLM.Sim.Experiments.Validation;

/// <summary>Tables of papers and vendors' pages.</summary>
public sealed class PublishedSuite : IValidationSuite
{
    public string Name => "published";

    public string Summary => "iteration times of papers and vendors' documents, nothing tuned";

    public string Trust => "";

    public IEnumerable<ValidationRow> Run(ValidationContext context) => [];
}
