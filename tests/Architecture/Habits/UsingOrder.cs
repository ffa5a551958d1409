using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ELLM.Sim.Tests.Architecture.Habits;

/// <summary>Using directives: System first, then by name; static ones and aliases behind them.</summary>
internal static class UsingOrder
{
    public static IEnumerable<string> Violations(SourceFile file)
    {
        string[] names = [.. ((CompilationUnitSyntax)file.Root).Usings.Select(Key)];
        for (int i = 1; i < names.Length; i++)
        {
            if (string.CompareOrdinal(names[i - 1], names[i]) > 0)
                yield return $"{file.Path}: '{names[i][2..]}' stands behind '{names[i - 1][2..]}'";
        }
    }

    private static string Key(UsingDirectiveSyntax directive)
    {
        string name = directive.NamespaceOrType.ToString();
        int group = directive.Alias is not null ? 3 : directive.StaticKeyword.Text.Length > 0 ? 2 : name.Split('.')[0] == "System" ? 0 : 1;
        return FormattableString.Invariant($"{group} {name}");
    }
}
