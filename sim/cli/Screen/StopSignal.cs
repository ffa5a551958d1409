using System.Runtime.InteropServices;

namespace ELLM.Sim.Cli.Screen;

/// <summary>Which signal ended a command: the parser cancels it for both, and the exit code has to tell them apart.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly List<PosixSignalRegistration> _watches = [];
    private volatile bool _terminated;

    public int ExitCode => _terminated ? Cli.ExitCode.Terminated : Cli.ExitCode.Interrupted;

    /// <summary>
    /// Called before and after the parser has registered its own handler, which only returns when the command has ended: the order in
    /// which handlers of a signal run is not stated, and this way one of the two runs before it.
    /// </summary>
    public void Watch() => _watches.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => _terminated = true));

    public void Dispose() => _watches.ForEach(w => w.Dispose());
}
