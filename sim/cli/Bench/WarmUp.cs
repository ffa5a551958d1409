using System.Runtime;

namespace ELLM.Sim.Cli.Bench;

/// <summary>Runs work until the runtime has compiled it for good.</summary>
/// <remarks>
/// The runtime counts calls once no new code has come for a tenth of a second, then compiles what is called often in the background: first
/// with counters for branches and types, then for good with what they saw. So many short runs and a pause are repeated until one such
/// round compiles nothing. What is measured afterwards contains no compilation.
/// </remarks>
internal static class WarmUp
{
    /// <summary>A method is promoted after 30 calls, twice: what is called once a run needs as many runs.</summary>
    private const int RunsARound = 32;

    private const int LeastRounds = 3;
    private const int MostRounds = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <param name="shortRun">Milliseconds long, through all the code that will be measured.</param>
    public static void Settle(Action shortRun)
    {
        for (int round = 1; round <= MostRounds; round++)
        {
            long before = JitInfo.GetCompiledMethodCount();
            for (int i = 0; i < RunsARound; i++)
                shortRun();
            Thread.Sleep(Pause);
            if (round >= LeastRounds && JitInfo.GetCompiledMethodCount() == before)
                return;
        }
    }
}
