using System.CommandLine.Help;
using System.CommandLine;
using ELLM.Sim.Cli.Commands.Calibrate;
using ELLM.Sim.Cli.Commands.Sweep;
using ELLM.Sim.Cli.Commands;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;

namespace ELLM.Sim.Cli;

/// <summary>The command line: parses, runs a command, turns failures into one line and an exit code.</summary>
internal static class App
{
    public static RootCommand Create(Terminal terminal)
    {
        RootCommand root = new("Simulates elastic GPU memory for LLM serving: what a memory policy does to throughput, latency and SLO attainment.")
        {
            CompareCommand.Create(terminal),
            ReplayCommand.Create(terminal),
            SweepCommand.Create(terminal),
            CapacityCommand.Create(terminal),
            PlanCommand.Create(terminal),
            CheckCommand.Create(terminal),
            ColocateCommand.Create(terminal),
            PlotCommand.Create(terminal),
            BenchCommand.Create(terminal),
            ValidateCommand.Create(terminal),
            ReproduceCommand.Create(terminal),
            ProfileCommand.Create(terminal),
            TraceCommand.Create(terminal),
            ListCommand.Create(terminal),
            ExplainCommand.Create(terminal),
            CalibrateCommand.Create(terminal),
            ConfigCommand.Create(terminal),
            CompletionCommand.Create(terminal),
        };
        root.Subcommands.Add(ManCommand.Create(terminal, root));
        root.WithExamples(
            "ellm compare                                     # every policy on the shipped chat trace",
            "ellm compare my_trace.csv --policies vllm,sarathi --gpu h100",
            "ellm explain policy vllm-v1");
        root.Options.Add(new Option<bool>("--debug") { Description = "Print the stack trace of a bug.", Recursive = true }.KeepingResults());
        HelpOption help = root.Options.OfType<HelpOption>().First();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    public static int Run(string[] args, Terminal terminal)
    {
        using StopSignal signal = new();
        try
        {
            RootCommand root = Create(terminal);
            ParseResult parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
            if (ParseErrors.Find(parsed) is string complaint)
            {
                terminal.Fail(complaint);
                return ExitCode.BadInput;
            }
            InvocationConfiguration how = new()
            {
                Output = terminal.Out,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeSpan.FromSeconds(5),
            };
            signal.Watch();
            Task<int> command = parsed.InvokeAsync(how);
            signal.Watch();
            int code = command.GetAwaiter().GetResult();
            terminal.Out.Flush();
            return code;
        }
        catch (InputException e)
        {
            terminal.Fail(e.Message);
            return ExitCode.BadInput;
        }
        catch (OutOfMemoryException)
        {
            terminal.Fail("not enough memory for that many requests: lower --limit, or compare with --jobs 1");
            return ExitCode.BadInput;
        }
        catch (OperationCanceledException)
        {
            terminal.Fail("interrupted");
            return signal.ExitCode;
        }
#pragma warning disable CA1031 // The last resort: whatever it is, the user gets one line and the exit code of a bug.
        catch (Exception e)
        {
            bool debug = args.Contains("--debug");
            terminal.Fail($"internal error: {e.GetType().Name}: {e.Message}{(debug ? "" : " (add --debug for the stack trace)")}");
            if (debug)
                terminal.Error.WriteLine(e);
            return ExitCode.Bug;
        }
#pragma warning restore CA1031
    }
}
