using System.CommandLine;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Kernels.Backends.Ilgpu;

namespace ELLM.Sim.Cli.Commands.Calibrate;

/// <summary><c>ellm calibrate check</c>: the kernels on ILGPU's CPU accelerator, where there is no device too.</summary>
internal static class CheckKernelsCommand
{
    public static Command Create(Terminal terminal)
    {
        Command command = new("check", "Run the kernels that ILGPU compiles on the CPU and compare them with plain loops.");
        command.SetAction(_ =>
        {
            string? wrong = KernelAgreement.FirstDifferenceOnCpu();
            terminal.Out.Write(wrong is null
                ? "the kernels agree with their bodies on ILGPU's CPU accelerator; not run on a GPU\n"
                : $"the {wrong} kernel differs from its body on ILGPU's CPU accelerator\n");
            return wrong is null ? ExitCode.Done : ExitCode.ObjectiveMissed;
        });
        return command;
    }
}
