using System.CommandLine;
using System.CommandLine.Parsing;
using ELLM.Sim.Plots.Report;

namespace ELLM.Sim.Cli.Options;

/// <summary>The command line that made results, without what no result depends on.</summary>
internal static class CommandText
{
    public static string Of(ParseResult parsed)
    {
        HashSet<Token> values = new(ReferenceEqualityComparer.Instance);
        List<Option> idle = [.. Options(parsed).Where(Declared.KeepsResults)];
        foreach (Option option in idle)
            values.UnionWith(parsed.GetResult(option)?.Tokens ?? []);
        return ReportFiles.CommandLine([.. parsed.Tokens
            .Where(t =>
                !values.Contains(t) && !(t.Type == TokenType.Option && idle.Any(o => o.Name == t.Value || o.Aliases.Contains(t.Value))))
            .Select(t => t.Value)]);
    }

    private static IEnumerable<Option> Options(ParseResult parsed)
    {
        for (SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
        {
            foreach (Option option in at is CommandResult result ? result.Command.Options : [])
                yield return option;
        }
    }
}
