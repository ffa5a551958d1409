using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ELLM.Sim.Tests.Architecture.Habits;

/// <summary>A test's name is a sentence: words with underscores between them, and no word made of two.</summary>
internal static partial class TestNames
{
    private static readonly string[] Markers = ["Test", "TestCase", "TestCaseSource", "Property", "Theory"];

    public static IEnumerable<string> Violations(SourceFile file) =>
        file.Root.DescendantNodes().OfType<MethodDeclarationSyntax>().Where(IsTest).Where(m => TwoWordsInOne().IsMatch(m.Identifier.Text))
            .Select(m => $"{file.At(m)}: {m.Identifier.Text}");

    private static bool IsTest(MethodDeclarationSyntax method) =>
        method.AttributeLists.SelectMany(list => list.Attributes).Any(a => Markers.Contains(a.Name.ToString().Split('.')[^1]));

    [GeneratedRegex(@"[a-z][A-Z]")]
    private static partial Regex TwoWordsInOne();
}
