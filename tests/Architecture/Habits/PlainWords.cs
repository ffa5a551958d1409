using System.Text.RegularExpressions;

namespace ELLM.Sim.Tests.Architecture.Habits;

/// <summary>Comments name the thing that acts: an engine, a sequence, a caller, not a person without a name.</summary>
internal static partial class PlainWords
{
    public static IEnumerable<string> Violations(SourceFile file) =>
        file.Lines.Select((line, i) => (Text: line, Number: i + 1)).Where(line => Vague().IsMatch(line.Text))
            .Select(line => FormattableString.Invariant($"{file.Path}:{line.Number}: {line.Text.Trim()}"));

    [GeneratedRegex(@"//.*\b(?:no" + @"body|some" + @"body|who" + @"ever|any" + @"body)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Vague();
}
