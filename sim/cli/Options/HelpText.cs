using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace ELLM.Sim.Cli.Options;

/// <summary>Help in 80 columns: what the command does, its words, its options under headings, lines to copy.</summary>
internal sealed class HelpText : SynchronousCommandLineAction
{
    private const int Width = 80, Indent = 2, WidestName = 30;

    /// <summary>Help is for those who do not know yet what is missing.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Command command = parseResult.CommandResult.Command;
        TextWriter to = parseResult.InvocationConfiguration.Output;
        Wrapped(to, "", command.Description ?? "");
        to.Write($"\nUsage:\n  {Usage(parseResult, command)}\n");
        Rows(to, "Arguments", [.. command.Arguments.Where(a => !a.Hidden).Select(a => (ArgumentName(a), a.Description ?? ""))]);
        foreach (IGrouping<string, Command> group in command.Subcommands.Where(c => !c.Hidden).GroupBy(c => Declared.GroupOf(c) ?? "Commands"))
            Rows(to, group.Key, [.. group.Select(c => (c.Name, c.Description ?? ""))]);
        foreach (IGrouping<string, Option> group in Grouped(parseResult, command))
            Rows(to, group.Key, [.. group.Select(o => (OptionName(o), OptionText(o)))]);
        Examples(to, Declared.ExamplesOf(command));
        return 0;
    }

    /// <summary>By heading; those without one first.</summary>
    private static IEnumerable<IGrouping<string, Option>> Grouped(ParseResult parsed, Command command)
    {
        IEnumerable<Option> all = command.Options.Concat(Parents(parsed).SelectMany(c => c.Options).Where(o => o.Recursive)).Distinct();
        string Group(Option o) => Declared.GroupOf(o) ?? (o.Recursive || o is VersionOption ? HelpGroups.Other : "Options");
        return all.Where(o => !o.Hidden).GroupBy(Group).OrderBy(g => HelpGroups.Order.IndexOf(g.Key));
    }

    private static void Rows(TextWriter to, string heading, (string Name, string Text)[] rows)
    {
        if (rows.Length == 0)
            return;
        int column = Math.Min(rows.Max(r => r.Name.Length), WidestName) + Indent + 2;
        to.Write($"\n{heading}:\n");
        foreach ((string name, string text) in rows)
        {
            string start = new string(' ', Indent) + name;
            if (start.Length + 2 > column)
                to.Write(start + "\n");
            Wrapped(to, start.Length + 2 > column ? new string(' ', column) : start.PadRight(column), text);
        }
    }

    /// <summary>The first line after what it starts with, further ones as far in.</summary>
    private static void Wrapped(TextWriter to, string start, string text)
    {
        string line = start;
        foreach (string word in text.Split(' '))
        {
            if (line.Length > start.Length && line.Length + 1 + word.Length > Width)
            {
                to.Write(line.TrimEnd() + "\n");
                line = new string(' ', start.Length);
            }
            line += line.Length > start.Length ? " " + word : word;
        }
        to.Write(line.TrimEnd() + "\n");
    }

    private static string Usage(ParseResult parsed, Command command)
    {
        IEnumerable<string> path = Parents(parsed).Reverse().Append(command).Select(c => c is RootCommand ? "ellm" : c.Name);
        string[] words =
        [
            .. path,
            .. command.Arguments.Where(a => !a.Hidden).Select(ArgumentName),
            .. command.Subcommands.Count > 0 ? [command.Arguments.Count == 0 ? "COMMAND" : "[COMMAND]"] : Array.Empty<string>(),
            "[options]",
        ];
        return string.Join(' ', words);
    }

    private static string ArgumentName(Argument argument)
    {
        string name = argument.HelpName ?? argument.Name.ToUpperInvariant();
        name = name.Length > WidestName ? argument.Name.ToUpperInvariant() : name;
        return argument.Arity.MinimumNumberOfValues == 0 || argument.HasDefaultValue ? $"[{name}]" : name;
    }

    private static string OptionName(Option option)
    {
        string[] shorts = [.. option.Aliases.Where(a => a.Length == 2 && a[0] == '-' && a != "-?").Order(StringComparer.Ordinal)];
        string names = string.Join(", ", shorts.Append(option.Name));
        return option.HelpName is null || option.ValueType == typeof(bool) ? names : $"{names} {option.HelpName}";
    }

    private static string OptionText(Option option)
    {
        string text = option.Description ?? "";
        string? value = option.HasDefaultValue && option.ValueType != typeof(bool) ? Default(option.GetDefaultValue()) : null;
        return value is null ? text : $"{text} Default: {value}.";
    }

    private static string? Default(object? value) => value switch
    {
        string[] many => string.Join(',', many),
        _ => value?.ToString(),
    };

    private static void Examples(TextWriter to, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
            return;
        to.Write("\nExamples:\n");
        foreach (string line in lines)
        {
            int comment = line.IndexOf(" # ", StringComparison.Ordinal);
            bool wide = line.Length + Indent > Width;
            string command = (comment >= 0 && wide ? line[..comment] : line).TrimEnd();
            if (comment >= 0 && wide)
                to.Write($"  {line[(comment + 1)..]}\n");
            Continued(to, command);
        }
    }

    /// <summary>A line that a shell reads as one.</summary>
    private static void Continued(TextWriter to, string command)
    {
        string line = "  ";
        foreach (string word in command.Split(' '))
        {
            if (line.Trim().Length > 0 && line.Length + word.Length + 3 > Width)
            {
                to.Write(line.TrimEnd() + " \\\n");
                line = "      ";
            }
            line += line.Trim().Length > 0 ? " " + word : word;
        }
        to.Write(line + "\n");
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
