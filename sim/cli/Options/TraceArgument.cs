using System.CommandLine;
using System.CommandLine.Completions;
using ELLM.Sim.Experiments;

namespace ELLM.Sim.Cli.Options;

/// <summary>The TRACE argument: a file, a shipped trace or a workload preset.</summary>
internal static class TraceArgument
{
    public static Argument<string> Create(string otherwise = Traces.Default)
    {
        Argument<string> trace = new("TRACE")
        {
            Description = "A trace file, a shipped trace, a workload preset or a workload specification (.json).",
            HelpName = "TRACE",
            DefaultValueFactory = _ => otherwise,
        };
        trace.CompletionSources.Add(_ => Traces.Names.Select(n => new CompletionItem(n)));
        return trace;
    }
}
