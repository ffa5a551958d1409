using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.CommandLine;

namespace ELLM.Sim.Cli.Options;

/// <summary>The standard help, then copyable examples of the command.</summary>
internal sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
{
    /// <summary>Help is for those who do not know yet what is missing.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Command command = parseResult.CommandResult.Command;

        // A parent's argument is not a subcommand's: "ellm sweep FILE", but "ellm sweep merge DIR".
        Argument[] parents = [.. Parents(parseResult).SelectMany(c => c.Arguments)];
        foreach (Argument argument in parents)
            argument.Hidden = true;
        int code = inner.Invoke(parseResult);
        foreach (Argument argument in parents)
            argument.Hidden = false;
        IReadOnlyList<string> lines = Declared.ExamplesOf(command);
        if (lines.Count == 0)
            return code;
        TextWriter output = parseResult.InvocationConfiguration.Output;
        output.WriteLine("Examples:");
        foreach (string line in lines)
            output.WriteLine("  " + line);
        return code;
    }

    private static IEnumerable<Command> Parents(ParseResult parsed)
    {
        for (SymbolResult? at = parsed.CommandResult.Parent; at is not null; at = at.Parent)
        {
            if (at is CommandResult result)
                yield return result.Command;
        }
    }
}
