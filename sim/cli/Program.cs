using ELLM.Sim.Cli.Screen;

namespace ELLM.Sim.Cli;

internal static class Program
{
    private static int Main(string[] args)
    {
        using Terminal terminal = Terminal.OfProcess();
        return App.Run(args, terminal);
    }
}
