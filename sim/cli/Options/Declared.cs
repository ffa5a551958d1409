using System.CommandLine;
using System.Runtime.CompilerServices;

namespace ELLM.Sim.Cli.Options;

/// <summary>What commands and options say of themselves beyond what the parser asks for.</summary>
internal static class Declared
{
    private static readonly ConditionalWeakTable<Symbol, string[]> Examples = [];
    private static readonly ConditionalWeakTable<Symbol, object> Idle = [];
    private static readonly ConditionalWeakTable<Symbol, string> Groups = [];

    /// <summary>Lines to copy, below the command's help; what follows a # explains.</summary>
    public static T WithExamples<T>(this T command, params string[] lines)
        where T : Command
    {
        Examples.Add(command, lines);
        return command;
    }

    public static IReadOnlyList<string> ExamplesOf(Command command) => Examples.TryGetValue(command, out string[]? lines) ? lines : [];

    /// <summary>No result depends on it: the command line in a report leaves it out.</summary>
    public static T KeepingResults<T>(this T option)
        where T : Option
    {
        Idle.Add(option, option);
        return option;
    }

    /// <summary>Help shows it under that heading.</summary>
    public static T In<T>(this T symbol, string group)
        where T : Symbol
    {
        Groups.AddOrUpdate(symbol, group);
        return symbol;
    }

    /// <summary>Null: none of its own.</summary>
    public static string? GroupOf(Symbol symbol) => Groups.TryGetValue(symbol, out string? group) ? group : null;

    /// <summary>Words of other programs for the same thing; help does not list them.</summary>
    public static T Also<T>(this T option, params string[] aliases)
        where T : Option
    {
        foreach (string alias in aliases)
            option.Aliases.Add(alias);
        return option;
    }

    public static bool KeepsResults(Option option) => Idle.TryGetValue(option, out _);
}
