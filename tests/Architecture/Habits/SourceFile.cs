using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ELLM.Sim.Tests.Architecture.Habits;

/// <summary>One file as the habits see it.</summary>
/// <param name="Path">Below the root of the repository, <c>/</c> between folders.</param>
internal sealed record SourceFile(string Path, string Text)
{
    private readonly Lazy<SyntaxNode> _root = new(
        () => CSharpSyntaxTree.ParseText(Text, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot());

    /// <summary>Everything of the repository that is C#.</summary>
    public static IReadOnlyList<SourceFile> All { get; } =
        [.. SourceTree.Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal)).Select(f => new SourceFile(f, SourceTree.Text(f)))];

    /// <summary>What users run and link: neither tests nor benchmarks nor examples.</summary>
    public static IEnumerable<SourceFile> Product => All.Where(f => f.IsProduct);

    public bool IsProduct => Path.Split('/')[0] is "sim" or "plots" or "kernels";

    public string[] Lines => Text.Split('\n');

    /// <summary>The parsed text.</summary>
    public SyntaxNode Root => _root.Value;

    /// <summary>Text of a rule's own test.</summary>
    public static SourceFile Snippet(string text, string path = "sim/core/Memory/Snippet.cs") => new(path, text);

    /// <summary><c>path:line</c> of a node, first line 1.</summary>
    public string At(SyntaxNodeOrToken node) =>
        FormattableString.Invariant($"{Path}:{node.GetLocation()!.GetLineSpan().StartLinePosition.Line + 1}");
}
