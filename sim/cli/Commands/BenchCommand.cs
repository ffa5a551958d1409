using System.CommandLine;
using System.Globalization;
using ELLM.Sim.Cli.Bench;
using ELLM.Sim.Experiments;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm bench</c>: how fast the simulator is on this machine.</summary>
internal static class BenchCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<bool> quick = new("--quick") { Description = "Fewer requests and repeats: seconds instead of minutes." };
        Command command = new("bench", "Measure the simulator: requests a second, file to files, growth with the trace, memory.") { quick };
        command.SetAction(parsed => Run(terminal, parsed.GetValue(quick) ? BenchPlan.Quick : BenchPlan.Full));
        return command;
    }

    private static void Run(Terminal terminal, BenchPlan plan)
    {
        Deployment deployment = Deployment.Resolve(Workbench.Config("vllm"));
        double saturated = Workbench.SaturatedRate(deployment);
        terminal.Out.Write(string.Create(CultureInfo.InvariantCulture,
            $"llama-3.1-8b on 1 x a100-80, azure-chat lengths at {Workbench.RatePerS} requests/s: {Workbench.RatePerS / saturated:P0} of the {saturated:0.00} that vllm serves when saturated\n"));
        terminal.Out.Write("Medians of repeats after a warm-up. Rates are per second of one core (processor time), 'wall' per second on the clock.\n\n");
        Section(terminal, () => PolicyRates.Write(terminal.Out, plan));
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
