using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ELLM.Sim.Tests.Architecture.Habits;

/// <summary>Only the room Files writes and renames files; the exceptions append, lock, or fill a directory that is renamed whole.</summary>
internal static class FileWriting
{
    private static readonly string[] Writers =
        ["WriteAllText", "WriteAllBytes", "WriteAllLines", "AppendAllText", "Move", "Replace", "Create", "CreateText", "OpenWrite", "AppendText"];

    private static readonly string[] Exceptions =
    [
        "sim/core/Experiments/Sweeps/Results/SweepJournal.cs", "sim/core/Metrics/ResultFiles/RunDirectory.cs",
    ];

    public static IEnumerable<string> Violations(SourceFile file)
    {
        if (!file.IsProduct || file.Path.StartsWith("sim/core/Files/", StringComparison.Ordinal) || Exceptions.Contains(file.Path))
            yield break;
        foreach (MemberAccessExpressionSyntax access in file.Root.DescendantNodes().OfType<MemberAccessExpressionSyntax>())
        {
            string owner = access.Expression.ToString().Split('.')[^1], name = access.Name.Identifier.Text;
            if ((owner == "File" && Writers.Contains(name)) || (owner == "FileMode" && name != "Open"))
                yield return $"{file.At(access)}: {owner}.{name}: see FileReplacement";
        }
    }
}
