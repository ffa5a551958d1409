using System.CommandLine;
using System.CommandLine.Parsing;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Cli.Options;

/// <summary>Turns what the parser found into one line that names the nearest valid word.</summary>
internal static class ParseErrors
{
    /// <summary>Null when there is nothing to complain about.</summary>
    public static string? Find(ParseResult parsed)
    {
        // A mistyped option is taken for the value of an argument where one is open.
        Token? dashed =
            parsed.Tokens.FirstOrDefault(t => t.Type == TokenType.Argument && t.Value.StartsWith("--", StringComparison.Ordinal));
        return dashed is null && parsed.Errors.Count == 0 ? null : Explain(parsed, dashed?.Value);
    }

    private static string Explain(ParseResult parsed, string? unknown)
    {
        Command command = parsed.CommandResult.Command;
        unknown ??= parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        if (unknown is null)
        {
            if (command.Subcommands.Count > 0)
                return $"{Name(command)}: expected one of {string.Join(", ", command.Subcommands.Select(c => c.Name))}";
            return string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }
        if (unknown.StartsWith('-'))
            return Unknown("option", unknown.Split('=')[0], Options(parsed)) + $"; 'ellm {Path(parsed)}--help' lists all";
        if (command.Subcommands.Count > 0)
            return NearestName.Message("command", unknown, [.. command.Subcommands.Select(c => c.Name)]);
        return $"unexpected argument '{unknown}'; 'ellm {Path(parsed)}--help' shows what {Name(command)} takes";
    }

    private static string Unknown(string kind, string given, IEnumerable<string> names)
    {
        string? near = NearestName.Of(given, names);
        return $"unknown {kind} '{given}'{(near is null ? "" : $" (did you mean '{near}'?)")}";
    }

    private static IEnumerable<string> Options(ParseResult parsed)
    {
        IEnumerable<Option> own = parsed.CommandResult.Command.Options;
        IEnumerable<Option> root = parsed.RootCommandResult.Command.Options.Where(o => o.Recursive);
        return own.Concat(root).SelectMany(o => o.Aliases.Prepend(o.Name)).Where(n => n.StartsWith("--", StringComparison.Ordinal));
    }

    private static string Path(ParseResult parsed)
    {
        List<string> names = [];
        for (SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
        {
            if (at is CommandResult { Command: not RootCommand } result)
                names.Insert(0, result.Command.Name);
        }
        return string.Concat(names.Select(n => n + " "));
    }

    private static string Name(Command command) => command is RootCommand ? "ellm" : command.Name;
}
