using System.CommandLine;
using System.CommandLine.Completions;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Experiments;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;
using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm trace</c>: look at traces, make them, rewrite them.</summary>
internal static class TraceCommand
{
    public static Command Create(Terminal terminal) => new("trace", "Look at traces, generate them, convert them.")
    {
        Stats(terminal),
        Generate(terminal),
        Convert(terminal),
    };

    private static Command Stats(Terminal terminal)
    {
        Argument<string> trace = TraceArgument.Create();
        ReadOptions reading = new();
        Command command = new("stats", "What a trace holds and what its reader met.") { trace };
        command.WithExamples("ellm trace stats trace.csv");
        reading.AddTo(command);
        command.SetAction(parsed =>
        {
            (Trace read, TraceLoadReport? report) = Traces.Load(parsed.GetValue(trace)!, reading.Of(parsed));
            foreach (string line in report?.ToLines() ?? [$"{read.Name}: generated"])
                terminal.Out.Write(line + "\n");
            TraceStatisticsTable.Write(terminal.Out, TraceStatistics.Of(read), SessionStatistics.Of(read), PrefixReuse.Of(read));
        });
        return command;
    }

    private static Command Generate(Terminal terminal)
    {
        Argument<string> preset = new("PRESET") { Description = "A workload preset, or the path of a specification.", HelpName = "PRESET" };
        preset.CompletionSources.Add(_ => GeneratorPresets.Names.Select(n => new CompletionItem(n)));
        ReadOptions reading = new();
        WriteOptions writing = new();
        Command command = new("generate", "Draw a trace from a workload preset.") { preset };
        command.WithExamples("ellm trace generate azure-chat --rate 4 --limit 100000 --seed 7 --out chat.csv");
        reading.AddTo(command, generated: true);
        writing.AddTo(command);
        command.SetAction(parsed =>
        {
            TraceReadOptions how = reading.Of(parsed);
            GeneratorSpec spec = GeneratorPresets.LoadNameOrFile(parsed.GetValue(preset)!);
            writing.Write(parsed, terminal,
                TraceGenerator.Generate(spec, (int)(how.Limit ?? Traces.GeneratedRequests), how.Seed, how.RatePerSecond));
        });
        return command;
    }

    private static Command Convert(Terminal terminal)
    {
        Argument<string> trace = TraceArgument.Create();
        ReadOptions reading = new();
        WriteOptions writing = new();
        Command command = new("convert", "Rewrite a trace of any known layout as our CSV, or as Vidur's or Mooncake's.") { trace };
        command.WithExamples("ellm trace convert mooncake.jsonl.gz --out mooncake.csv");
        reading.AddTo(command);
        writing.AddTo(command);
        command.SetAction(parsed =>
        {
            (Trace read, TraceLoadReport? report) = Traces.Load(parsed.GetValue(trace)!, reading.Of(parsed));
            Talk.Trace(terminal, report, verbose: false);
            writing.Write(parsed, terminal, read);
        });
        return command;
    }
}
