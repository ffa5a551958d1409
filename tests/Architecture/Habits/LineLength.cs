using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace ELLM.Sim.Tests.Architecture.Habits;

/// <summary>No line over 140 characters; 120 is the aim.</summary>
/// <remarks>Lines of a raw string are as long as what they stand for: a row of a table, a line of JSON.</remarks>
internal static class LineLength
{
    public const int Longest = 140;

    public static IEnumerable<string> Violations(SourceFile file)
    {
        string[] lines = file.Lines;
        if (!lines.Any(line => line.TrimEnd('\r').Length > Longest))
            return [];
        HashSet<int> raw = [.. file.Root.DescendantTokens().Where(IsRaw).SelectMany(LinesOf)];
        return lines.Select((line, i) => (line.TrimEnd('\r').Length, Line: i)).Where(line => line.Length > Longest && !raw.Contains(line.Line))
            .Select(line => FormattableString.Invariant($"{file.Path}:{line.Line + 1}: {line.Length} characters"));
    }

    private static bool IsRaw(SyntaxToken token) =>
        token.IsKind(SyntaxKind.MultiLineRawStringLiteralToken)
        || token.IsKind(SyntaxKind.SingleLineRawStringLiteralToken)
        || (token.IsKind(SyntaxKind.InterpolatedStringTextToken) && token.Text.Contains('\n', StringComparison.Ordinal));

    private static IEnumerable<int> LinesOf(SyntaxToken token)
    {
        LinePositionSpan span = token.GetLocation().GetLineSpan().Span;
        return Enumerable.Range(span.Start.Line, span.End.Line - span.Start.Line + 1);
    }
}
