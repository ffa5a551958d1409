using System.CommandLine;
using System.Globalization;
using ELLM.Sim.Cli.Bench;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Configuration;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm bench</c>: how fast the simulator is on this machine, and how fast another build is beside it.</summary>
internal sealed class BenchCommand
{
    private const int DefaultPairs = 9;
    private const int DefaultLaps = 5;

    private readonly Option<bool> _quick = new("--quick") { Description = "Fewer requests and repeats: seconds instead of minutes." };
    private readonly Option<string?> _tables =
        RunOptions.Text("--tables", "DIR", "Operator tables of llama-3.1-8b to measure the table time model with.");
    private readonly Option<string?> _against =
        RunOptions.Text("--against", "DIR", "Run another build's bench in turn with this one, and print the ratio of each row.");
    private readonly Option<string?> _rows =
        RunOptions.Text("--rows", "LIST",
            "Rows to compare, such as vllm@1000000,ellm@100000,files@1000000,replay@1000000,compare (default: all).");
    private readonly Option<int> _pairs = new("--pairs")
    {
        Description = "Pairs of processes a row.",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultPairs
    };
    private readonly Option<string?> _round =
        RunOptions.Text("--round", "ROW", "Measure one row in this process and print it as JSON: what --against runs.");
    private readonly Option<string?> _estimates =
        RunOptions.Text("--estimates", "N", "Score the line before a comparison on N random steady loads instead.");
    private readonly Option<int> _laps = new("--laps")
    {
        Description = "Repeats of a row in a process.",
        HelpName = "N",
        DefaultValueFactory = _ => DefaultLaps
    };

    public static Command Create(Terminal terminal)
    {
        BenchCommand bench = new();
        Command command = new("bench",
            "Measure the simulator: requests a second, file to files, time models, growth with the trace, memory.")
        {
            bench._quick, bench._tables, bench._against, bench._rows, bench._pairs, bench._round, bench._laps, bench._estimates,
        };
        bench._estimates.Hidden = true;
        command.WithExamples(
            "ellm bench --quick",
            "ellm bench --against ../before                   # a folder with another published ellm",
            "ellm bench --against ../before --rows vllm@1000000,ellm@100000");
        command.SetAction(parsed => bench.Run(terminal, parsed));
        return command;
    }

    private void Run(Terminal terminal, ParseResult parsed)
    {
        BenchPlan plan = parsed.GetValue(_quick) ? BenchPlan.Quick : BenchPlan.Full;
        int laps = AtLeastOne("--laps", parsed.GetValue(_laps));
        string[]? rows = parsed.GetValue(_rows)?.Split(',');
        if (Values.Count("--estimates", parsed.GetValue(_estimates)) is int loads)
        {
            EstimateScore.Write(terminal.Out, loads, Environment.ProcessorCount);
        }
        else if (parsed.GetValue(_round) is string round)
        {
            terminal.Out.Write(BenchRow.Parse(round).Measure(laps).ToJson() + "\n");
        }
        else if (parsed.GetValue(_against) is string against)
        {
            Duel duel = new(terminal, Build.In(against), AtLeastOne("--pairs", parsed.GetValue(_pairs)), laps);
            duel.Write(rows ?? Duel.Rows(plan));
        }
        else if (rows is not null)
        {
            throw new InputException("--rows: names what --against compares, found no --against");
        }
        else
        {
            WriteAll(terminal, plan, parsed.GetValue(_tables));
        }
    }

    private static void WriteAll(Terminal terminal, BenchPlan plan, string? tables)
    {
        Deployment deployment = Deployment.Resolve(Workbench.Config("vllm"));
        double saturated = Workbench.SaturatedRate(deployment);
        terminal.Out.Write(string.Create(CultureInfo.InvariantCulture,
            $"llama-3.1-8b on 1 x a100-80, azure-chat lengths at {Workbench.RatePerS} requests/s: "
                + $"{Workbench.RatePerS / saturated:P0} of the {saturated:0.00} that vllm serves when saturated\n"));
        terminal.Out.Write(
            "Medians of repeats, each policy in a process of its own, once the runtime compiles nothing any more. Rates are per second "
                + "of one core\n(processor time), 'wall' per second on the clock. The other tables share one process: vllm alone, time "
                + "models in turn.\n\n");
        Section(terminal, () => PolicyRates.Write(terminal.Out, plan));
        Section(terminal, () => TimeModels.Write(terminal.Out, plan, tables));
        Section(terminal, () => FileToFile.Write(terminal.Out, plan));
        Section(terminal, () => Growth.Write(terminal.Out, plan));
    }

    private static int AtLeastOne(string option, int value) =>
        value >= 1 ? value : throw new InputException($"{option}: expected a number of at least 1, found {value}");

    private static void Section(Terminal terminal, Action write)
    {
        write();
        terminal.Out.Write('\n');
        terminal.Out.Flush();
    }
}
