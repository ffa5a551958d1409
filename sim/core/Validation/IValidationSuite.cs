
namespace ELLM.Sim.Validation;

/// <summary>A group of comparisons with one kind of reference.</summary>
public interface IValidationSuite
{
    /// <summary>Value of <c>--suite</c>.</summary>
    string Name { get; }

    /// <summary>One line on what it compares with what.</summary>
    string Summary { get; }

    /// <summary>What is known about the error of this kind of result and where not to trust it; Markdown paragraphs for
    /// docs/fidelity.md.</summary>
    string Trust { get; }

    /// <summary>Whether the context names one case or run of this suite: then it is the only one that runs, and gives the rows of
    /// that alone.</summary>
    bool IsNamedIn(ValidationContext context) => false;

    /// <summary>Rows in a fixed order; absent data gives a skipped row.</summary>
    IEnumerable<ValidationRow> Run(ValidationContext context);
}
