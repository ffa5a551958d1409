using ELLM.Sim.Cli;
using ELLM.Sim.Cli.Screen;

namespace ELLM.Sim.Tests.Cli;

/// <summary>Runs the command line inside the test's process.</summary>
internal static class Ellm
{
    public static (int Code, string Out, string Error) Run(params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        using Terminal terminal = new(output, error, Interactive: false) { DrawsReports = false };
        int code = App.Run(args, terminal);
        return (code, output.ToString(), error.ToString());
    }
}
