using ELLM.Sim.Numerics;

namespace ELLM.Sim.Validation;

/// <summary>Runs suites: the table of <c>ellm validate</c>.</summary>
public static class ValidationRunner
{
    /// <summary>The suites of the library, in the order they are printed; suites of other projects stand beside them.</summary>
    public static IReadOnlyList<IValidationSuite> LibrarySuites { get; } =
    [
        new OperatorSuite(),
        new KvCapacitySuite(),
        new ServingSuite(),
        new PrefixReplaySuite(),
        new ClosedFormSuite(),
        new PublishedSuite(),
    ];

    /// <summary>Every suite, or the named one; where the context names a case or a run, only the suite that it belongs to.</summary>
    /// <param name="suites">In the order of their rows.</param>
    /// <param name="name">Name of one suite; null: all of them.</param>
    /// <param name="context">Folders.</param>
    /// <exception cref="InputException">No such suite, or a folder that was named is faulty.</exception>
    public static IReadOnlyList<ValidationRow> Run(IReadOnlyList<IValidationSuite> suites, string? name, ValidationContext context)
    {
        IValidationSuite? named = suites.FirstOrDefault(suite => suite.IsNamedIn(context));
        List<ValidationRow> rows = [];
        foreach (IValidationSuite one in named is null ? Choose(suites, name) : [named])
            rows.AddRange(one.Run(context).Select(row => row with { Suite = one.Name }));
        return rows;
    }

    /// <summary>No row with a bound missed it.</summary>
    public static bool Passed(IEnumerable<ValidationRow> rows) => rows.All(row => row.Pass != false);

    private static IReadOnlyList<IValidationSuite> Choose(IReadOnlyList<IValidationSuite> suites, string? name)
    {
        if (name is null)
            return suites;
        IValidationSuite? suite = suites.FirstOrDefault(one => one.Name == name);
        return suite is not null
            ? [suite]
            : throw new InputException(NearestName.Message("suite", name, [.. suites.Select(one => one.Name)]));
    }
}
