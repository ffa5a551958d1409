using System.CommandLine;
using System.Globalization;
using ELLM.Sim.Cli.Bench;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Configuration;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm bench</c>: how fast the simulator is on this machine.</summary>
internal static class BenchCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<bool> quick = new("--quick") { Description = "Fewer requests and repeats: seconds instead of minutes." };
        Option<string?> tables = RunOptions.Text("--tables", "DIR", "Operator tables of llama-3.1-8b to measure the table time model with.");
        Command command = new("bench", "Measure the simulator: requests a second, file to files, time models, growth with the trace, memory.") { quick, tables };
        command.SetAction(parsed => Run(terminal, parsed.GetValue(quick) ? BenchPlan.Quick : BenchPlan.Full, parsed.GetValue(tables)));
        return command;
    }

    private static void Run(Terminal terminal, BenchPlan plan, string? tables)
    {
        Deployment deployment = Deployment.Resolve(Workbench.Config("vllm"));
        double saturated = Workbench.SaturatedRate(deployment);
        terminal.Out.Write(string.Create(CultureInfo.InvariantCulture,
            $"llama-3.1-8b on 1 x a100-80, azure-chat lengths at {Workbench.RatePerS} requests/s: {Workbench.RatePerS / saturated:P0} of the {saturated:0.00} that vllm serves when saturated\n"));
        terminal.Out.Write("Medians of repeats after a warm-up. Rates are per second of one core (processor time), 'wall' per second on the clock.\n\n");
        Section(terminal, () => PolicyRates.Write(terminal.Out, plan));
        Section(terminal, () => TimeModels.Write(terminal.Out, plan, tables));
        Section(terminal, () => FileToFile.Write(terminal.Out, plan));
        Section(terminal, () => Growth.Write(terminal.Out, plan));
    }

    private static void Section(Terminal terminal, Action write)
    {
        write();
        terminal.Out.Write('\n');
        terminal.Out.Flush();
    }
}
