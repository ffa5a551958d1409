using System.Diagnostics;
using ELLM.Sim.Experiments.Sweeps.Results;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli.Sweep;

/// <summary>Signals that ask: Ctrl-C at a terminal, SIGTERM from queues and containers.</summary>
internal sealed class InterruptedSweepTests
{
    /// <summary>The first point fails, which is said while the others run; those would take a while.</summary>
    private const string Long = """
        { "name": "long", "base": { "trace": "azure-chat" },
          "zip": { "model": ["llama-3.1-70b", "llama-3.1-8b", "llama-3.1-8b", "llama-3.1-8b"], "limit": [10, 100000, 100001, 100002] } }
        """;

    [TestCase("INT", 130)]
    [TestCase("TERM", 143)]
    public void Points_in_flight_are_dropped_and_the_exit_code_names_the_signal(string signal, int expected)
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("no signals here");
        using ScratchFolder folder = new();
        using Process sweep =
            EllmProcess.Start(new Dictionary<string, string>(), "sweep", folder.File("long.json", Long), "--out", folder.In("d"), "--jobs",
                "1");
        Task<string> output = sweep.StandardOutput.ReadToEndAsync();
        string first = sweep.StandardError.ReadLine()!;
        using (Process kill = Process.Start("kill", ["-s", signal, $"{sweep.Id}"]))
            kill.WaitForExit();
        string said = sweep.StandardError.ReadToEnd();
        sweep.WaitForExit();
        (_, IReadOnlyDictionary<int, PointResult> results, IReadOnlyList<string> damage) = SweepDirectory.Read(folder.In("d"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first, Does.Contain("point 0 (model=llama-3.1-70b, "));
            Assert.That((sweep.ExitCode, output.Result), Is.EqualTo((expected, "")), said);
            Assert.That(said, Is.EqualTo("1 of 4 points are in the journal; the same command goes on from them\nellm: interrupted\n"));
            Assert.That((results.Keys.Single(), damage.Count), Is.EqualTo((0, 0)));
            Assert.That(folder.Entries(), Does.Not.Contain("d/points.csv"));
        }
    }
}
