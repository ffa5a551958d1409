using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using ELLM.Sim.Experiments;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;
using Trace = ELLM.Sim.Workload.Trace;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm bench</c>: how fast the engine is on this machine.</summary>
internal static class BenchCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<bool> quick = new("--quick") { Description = "One repeat instead of five." };
        Option<string?> timeModel = RunOptions.Text("--time-model", "KIND", "Source of iteration times (default analytic).");
        Command command = new("bench", "Measure the engine: requests and iterations a second under every policy, on one core.") { quick, timeModel };
        command.SetAction(parsed => Run(terminal, parsed.GetValue(quick) ? 1 : 5, parsed.GetValue(timeModel) ?? "analytic"));
        return command;
    }

    private static void Run(Terminal terminal, int repeats, string timeModel)
    {
        (Trace trace, _) = Traces.Load(Traces.Default, TraceReadOptions.Default);
        TextTable table = new(["policy", "requests/s", "iterations/s", "iterations per request"]);
        foreach (string name in PresetCatalog.Names)
        {
            Deployment deployment = Deployment.Resolve(ConfigBinder.Bind(PresetCatalog.Load(name), [new Assignment("timing.model", timeModel)]));
            Simulation.Run(deployment, trace);
            List<(double Seconds, long Iterations)> runs = [];
            for (int i = 0; i < repeats; i++)
            {
                long start = Stopwatch.GetTimestamp();
                RunOutcome outcome = Simulation.Run(deployment, trace);
                runs.Add((Stopwatch.GetElapsedTime(start).TotalSeconds, outcome.Counters.Iterations));
            }
            runs.Sort();
            (double seconds, long iterations) = runs[runs.Count / 2];
            table.Add([name, Rate(trace.Count / seconds), Rate(iterations / seconds), (iterations / (double)trace.Count).ToString("0.0", CultureInfo.InvariantCulture)]);
        }
        table.Write(terminal.Out);
    }

    private static string Rate(double perSecond) => Words.Count((long)perSecond);
}
