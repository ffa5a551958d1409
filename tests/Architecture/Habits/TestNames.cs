using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ELLM.Sim.Tests.Architecture.Habits;

/// <summary>A test's name is a sentence: words with underscores between them, capitals where the language or a type has them.</summary>
internal static partial class TestNames
{
    private static readonly string[] Markers = ["Test", "TestCase", "TestCaseSource", "Property", "Theory"];

    public static IEnumerable<string> Violations(SourceFile file) =>
        file.Root.DescendantNodes().OfType<MethodDeclarationSyntax>().Where(IsTest).Where(m => !Sentence().IsMatch(m.Identifier.Text))
            .Select(m => $"{file.At(m)}: {m.Identifier.Text}");

    private static bool IsTest(MethodDeclarationSyntax method) =>
        method.AttributeLists.SelectMany(list => list.Attributes).Any(a => Markers.Contains(a.Name.ToString().Split('.')[^1]));

    // The words after the first begin small, or are a word in capitals, a number, or a type's name that is not glued from words like "AreEqual".
    [GeneratedRegex(@"^[A-Z0-9]\w*?(?:_(?:[a-z0-9]+|[A-Z0-9]+s?))*$")]
    private static partial Regex Sentence();
}
