using ELLM.Sim.Numerics;

namespace ELLM.Sim.Validation;

/// <summary>Runs the suites: the table of <c>ellm validate</c>.</summary>
public static class ValidationRunner
{
    /// <summary>In the order they are printed.</summary>
    public static IReadOnlyList<IValidationSuite> Suites { get; } =
    [
        new ReferenceSuite(),
        new OperatorSuite(),
        new ServingSuite(),
        new ClosedFormSuite(),
        new PublishedSuite(),
    ];

    /// <summary>Every suite, or the named one; with a case or a run folder only that one.</summary>
    /// <param name="suite">Name of one suite; null: all of them.</param>
    /// <param name="context">Folders.</param>
    /// <exception cref="InputException">No such suite, or a folder that was named is faulty.</exception>
    public static IReadOnlyList<ValidationRow> Run(string? suite, ValidationContext context)
    {
        if (context.RunFolder is string folder)
            return [.. ServingRunReplay.Rows(folder, context.TablesFolder, bounded: true).Select(row => row with { Suite = "serving" })];
        if (context.CaseFolder is string reference)
            return [.. ReferenceSuite.Case(reference, context.TablesFolder).Select(row => row with { Suite = "reference" })];
        List<ValidationRow> rows = [];
        foreach (IValidationSuite one in Choose(suite))
            rows.AddRange(one.Run(context).Select(row => row with { Suite = one.Name }));
        return rows;
    }

    /// <summary>No row with a bound missed it.</summary>
    public static bool Passed(IEnumerable<ValidationRow> rows) => rows.All(row => row.Pass != false);

    private static IEnumerable<IValidationSuite> Choose(string? name)
    {
        if (name is null)
            return Suites;
        IValidationSuite? suite = Suites.FirstOrDefault(one => one.Name == name);
        return suite is not null ? [suite] : throw new InputException(NearestName.Message("suite", name, [.. Suites.Select(one => one.Name)]));
    }
}
