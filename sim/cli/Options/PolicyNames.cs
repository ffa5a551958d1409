using System.CommandLine;
using System.CommandLine.Completions;
using ELLM.Sim.Policies;

namespace ELLM.Sim.Cli.Options;

/// <summary>The option that names several policies.</summary>
internal static class PolicyNames
{
    public static Option<string> Option(string defaults = "all")
    {
        Option<string> policies = new("--policies", "--policy")
        {
            Description = "Policies, separated by commas.",
            HelpName = "A,B,C|all",
            DefaultValueFactory = _ => defaults
        };
        policies.CompletionSources.Add(_ => PresetCatalog.Names.Select(n => new CompletionItem(n)));
        return policies;
    }

    /// <summary>Each once, in the order given.</summary>
    /// <exception cref="InputException">None, or one twice.</exception>
    public static IReadOnlyList<string> Parse(string list)
    {
        if (list == "all")
            return PresetCatalog.Names;
        string[] names = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0)
            throw new InputException(
                $"--policies: expected names separated by commas or all; known: {string.Join(", ", PresetCatalog.Names)}");
        return names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? names
            : throw new InputException($"--policies {list}: a policy is named twice");
    }
}
