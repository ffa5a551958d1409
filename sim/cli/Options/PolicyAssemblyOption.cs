using System.CommandLine;
using ELLM.Sim.Policies;

namespace ELLM.Sim.Cli.Options;

/// <summary><c>--policy-assembly</c>: policies from the user's own project. Nothing is loaded unless it is given.</summary>
internal sealed class PolicyAssemblyOption
{
    public Option<string[]> Option { get; } = new(
        "--policy-assembly")
    {
        Description = "Load schedulers and layouts from your own .NET assembly (its code runs here).",
        HelpName = "FILE.dll"
    };

    /// <summary>Files as the user named them.</summary>
    public IReadOnlyList<string> Paths(ParseResult parsed) => parsed.GetValue(Option) ?? [];

    /// <summary>Before configurations are made: they may name what it offers.</summary>
    public void Load(ParseResult parsed)
    {
        foreach (string path in Paths(parsed))
            PolicyAssembly.Load(path);
    }
}
