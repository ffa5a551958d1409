namespace ELLM.Sim.Tests.Architecture.Habits;

/// <summary>No line over 140 characters; 120 is the aim.</summary>
internal static class LineLength
{
    public const int Longest = 140;

    public static IEnumerable<string> Violations(SourceFile file) =>
        file.Lines.Select((line, i) => (Length: line.TrimEnd('\r').Length, Number: i + 1)).Where(line => line.Length > Longest)
            .Select(line => FormattableString.Invariant($"{file.Path}:{line.Number}: {line.Length} characters"));
}
