using System.CommandLine;
using System.CommandLine.Completions;
using ELLM.Sim.Policies;

namespace ELLM.Sim.Cli.Options;

/// <summary>The option that names several policies.</summary>
internal static class PolicyNames
{
    /// <summary>One of each kind of memory: paged, mapped, by layers, elastic.</summary>
    public const string Usual = "vllm,vllm-v1,vtensor,layerkv,ellm-gpu,ellm";

    private const string All = "all";

    public static Option<string[]> Option(string defaults = Usual)
    {
        Option<string[]> policies = new("--policies", "--policy")
        {
            Description = "Policies, separated by commas; all for every one.",
            HelpName = "A,B,C|all",
            DefaultValueFactory = _ => [defaults],
        };
        policies.CompletionSources.Add(_ => PresetCatalog.Names.Select(n => new CompletionItem(n)));
        return policies;
    }

    /// <summary>Each once, in the order given.</summary>
    /// <param name="lists">The option may be repeated.</param>
    /// <exception cref="InputException">None, or one twice.</exception>
    public static IReadOnlyList<string> Parse(string[] lists)
    {
        if (lists is [All])
            return PresetCatalog.Names;
        string list = string.Join(',', lists);
        string[] asked = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string[] names = [.. asked.Select(PresetCatalog.Current)];
        if (names.Length == 0)
            throw new InputException(
                $"--policies: expected names separated by commas or all; known: {string.Join(", ", PresetCatalog.Names)}");
        return names.Distinct(StringComparer.Ordinal).Count() == names.Length
            ? names
            : throw new InputException($"--policies {list}: a policy is named twice");
    }
}
