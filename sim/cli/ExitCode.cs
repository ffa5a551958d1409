namespace ELLM.Sim.Cli;

/// <summary>What the process answers.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The run worked; an objective asked for with <c>--fail-on-slo</c> was missed, or a number is outside its bounds
    /// (validate, reproduce, calibrate check).</summary>
    public const int ObjectiveMissed = 1;

    /// <summary>Something the user gave is wrong; one line on stderr says what.</summary>
    public const int BadInput = 2;

    /// <summary>A bug in the simulator.</summary>
    public const int Bug = 3;

    /// <summary>Ctrl-C, as shells report it.</summary>
    public const int Interrupted = 130;

    /// <summary>SIGTERM, likewise: what queues and containers send.</summary>
    public const int Terminated = 143;
}
