using System.CommandLine;
using System.Runtime.CompilerServices;

namespace ELLM.Sim.Cli.Options;

/// <summary>What commands and options say of themselves beyond what the parser asks for.</summary>
internal static class Declared
{
    private static readonly ConditionalWeakTable<Symbol, string[]> Examples = [];
    private static readonly ConditionalWeakTable<Symbol, object> Idle = [];

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

    public static bool KeepsResults(Option option) => Idle.TryGetValue(option, out _);
}
