using System.Text.RegularExpressions;

namespace ELLM.Sim.Tests.Architecture.Habits;

/// <summary>A rule that is switched off has its reason beside it: in the same line or in the one above.</summary>
internal static partial class RuleReasons
{
    /// <summary>For <c>.editorconfig</c>, project files and C#.</summary>
    public static IEnumerable<string> Violations(SourceFile file)
    {
        string[] lines = file.Lines;
        for (int i = 0; i < lines.Length; i++)
        {
            if (SwitchedOff().IsMatch(lines[i]) && !HasReason(lines[i]) && !(i > 0 && IsComment(lines[i - 1])))
                yield return FormattableString.Invariant($"{file.Path}:{i + 1}: {lines[i].Trim()}");
        }
    }

    private static bool HasReason(string line) =>
        line.Contains("Justification", StringComparison.Ordinal) || TrailingComment().IsMatch(line);

    private static bool IsComment(string line) => Comment().IsMatch(line);

    [GeneratedRegex(
        @"^dotnet_diagnostic\.\w+\.severity\s*=\s*(?:none|silent)|^\s*#pragma warning disable|^\s*<(?:NoWarn|WarningsNotAsErrors)>|\[(?:\w+: )?SuppressMessage\(|NoWarn=")]
    private static partial Regex SwitchedOff();

    [GeneratedRegex(@"^\s*(?:#(?!pragma)|//|<!--|.*-->\s*$)")]
    private static partial Regex Comment();

    [GeneratedRegex(@"//\s*\w|<!--")]
    private static partial Regex TrailingComment();
}
