using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace ELLM.Sim.Tests.Architecture.Habits;

/// <summary>No function over 70 lines, from its first line to its last brace; 25 is the aim.</summary>
internal static class FunctionLength
{
    public const int Longest = 70;

    public static IEnumerable<string> Violations(SourceFile file)
    {
        foreach (SyntaxNode function in file.Root.DescendantNodes().Where(IsFunction))
        {
            LinePositionSpan span = function.GetLocation().GetLineSpan().Span;
            int lines = span.End.Line - span.Start.Line + 1;
            if (lines > Longest)
                yield return FormattableString.Invariant($"{file.At(function)}: {NameOf(function)} has {lines} lines");
        }
    }

    private static bool IsFunction(SyntaxNode node) =>
        node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
            || node is PropertyDeclarationSyntax { ExpressionBody: not null };

    private static string NameOf(SyntaxNode function) => function switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        LocalFunctionStatementSyntax local => local.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        _ => function.Kind().ToString(),
    };
}
