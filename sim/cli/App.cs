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
        const string what = "Simulates elastic GPU memory for LLM serving: what a memory policy does to throughput, latency and SLO "
            + "attainment.";
        RootCommand root = new(what)
        {
            CompareCommand.Create(terminal).In(HelpGroups.Run),
            ReplayCommand.Create(terminal).In(HelpGroups.Run),
            SweepCommand.Create(terminal).In(HelpGroups.Run),
            CapacityCommand.Create(terminal).In(HelpGroups.Run),
            PlanCommand.Create(terminal).In(HelpGroups.Run),
            PhaseCommand.Create(terminal).In(HelpGroups.Run),
            CheckCommand.Create(terminal).In(HelpGroups.Trust),
            ColocateCommand.Create(terminal).In(HelpGroups.Run),
            PlotCommand.Create(terminal).In(HelpGroups.Look),
            BenchCommand.Create(terminal).In(HelpGroups.Machine),
            ValidateCommand.Create(terminal).In(HelpGroups.Trust),
            ReproduceCommand.Create(terminal).In(HelpGroups.Trust),
            ProfileCommand.Create(terminal).In(HelpGroups.Look),
            TraceCommand.Create(terminal).In(HelpGroups.Look),
            ListCommand.Create(terminal).In(HelpGroups.Look),
            ExplainCommand.Create(terminal).In(HelpGroups.Look),
            CalibrateCommand.Create(terminal).In(HelpGroups.Machine),
            ConfigCommand.Create(terminal).In(HelpGroups.Look),
            CompletionCommand.Create(terminal).In(HelpGroups.Shell),
        };
        root.Subcommands.Add(ManCommand.Create(terminal, root).In(HelpGroups.Shell));
        root.WithExamples(
            "ellm compare                                # the shipped chat trace",
            "ellm compare my_trace.csv --policies vllm,sarathi --gpu h100",
            "ellm explain policy vllm-v1");
        root.Options.Add(new Option<bool>("--debug") { Description = "Print the stack trace of a bug.", Recursive = true }.KeepingResults());
        HelpOption help = root.Options.OfType<HelpOption>().First();
        help.Action = new HelpText();
        return root;
    }

    public static int Run(string[] args, Terminal terminal)
    {
        using StopSignal signal = new();
        try
        {
            RootCommand root = Create(terminal);
            // 'ellm help' and 'ellm help compare', as people type them.
            string[] words = args is ["help", .. string[] asked] ? [.. asked, "--help"] : args;
            ParseResult parsed = root.Parse(words.Length == 0 ? ["--help"] : words);
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
