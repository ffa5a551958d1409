using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Tests.Cli.Sweep;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Trust;

/// <summary>Two runs into one directory: one owns it, the other is told at once.</summary>
internal sealed class OwnedDirectoryTests
{
    [Test]
    public void The_second_claim_is_refused_with_who_has_it_and_the_first_leaves_nothing()
    {
        using ScratchFolder folder = new();
        using (RunDirectory.Claim(folder.In("a/b/run"), force: false))
        {
            Assert.That(
                () => RunDirectory.Claim(folder.In("a/b/run"), force: true),
                Throws.InstanceOf<InputException>().With.Message.Contains($"process {Environment.ProcessId} on "
                    + $"").And.Message.Contains("is writing there"));
            using IDisposable beside = RunDirectory.Claim(folder.In("a/b/other"), force: false);
        }
        Assert.That(folder.Entries(), Is.Empty);
        RunDirectory.Claim(folder.In("a/b/run"), force: false).Dispose();
    }

    [Test]
    public void A_claim_keeps_folders_that_hold_something()
    {
        using ScratchFolder folder = new();
        using (RunDirectory.Claim(folder.In("a/b/run"), force: false))
            RunDirectory.Write(folder.In("a/b/run"), force: false, [("summary.csv", s => s.WriteByte(65))]);
        Assert.That(folder.Entries(), Is.EqualTo(new[] { "a", "a/b", "a/b/run", "a/b/run/summary.csv" }));
    }

    [Test]
    public void A_lock_of_a_process_that_is_gone_stops_no_other()
    {
        using ScratchFolder folder = new();
        folder.File(".run.lock", "");
        folder.File(".run.owner", "1 on elsewhere");
        RunDirectory.Claim(folder.In("run"), force: false).Dispose();
        Assert.That(folder.Entries(), Is.Empty);
    }

    [Test]
    public void Of_two_processes_started_together_one_has_its_results_and_the_other_a_line()
    {
        using ScratchFolder folder = new();
        string[] Args(string policy) => ["compare", "chat", "--limit", "300", "--policies", policy, "--no-oracle", "--no-report", "--out",
            folder.In("deep/same"), "-q"];
        Task<(int Code, string Out, string Error)>[] runs =
            [.. new[] { "vllm", "sarathi", "ellm" }.Select(p =>
                Task.Run(() => EllmProcess.Run(new Dictionary<string, string>(), Args(p))))];
        (int Code, string Out, string Error)[] ends = Task.WhenAll(runs).GetAwaiter().GetResult();
        Assert.That(ends.Count(e => e.Code == 0), Is.EqualTo(1), string.Join('\n', ends.Select(e => e.Error)));
        foreach ((_, string output, string error) in ends.Where(e => e.Code != 0))
        {
            Assert.That(output, Is.Empty);
            Assert.That(error.TrimEnd('\n'), Does.Match("is writing there|exists and is not empty|expected a "
                + "directory").And.Not.Contains("\n"));
        }
        string[] names = [.. Directory.EnumerateFileSystemEntries(folder.In("deep/same")).Select(e =>
            Path.GetFileName(e)!).Order(StringComparer.Ordinal)];
        Assert.That(names, Is.SupersetOf(new[] { "differences.csv", "run.log", "summary.csv", "summary.json" }).And.Length.EqualTo(5));
        Assert.That(Directory.EnumerateFileSystemEntries(folder.In("deep")).Select(Path.GetFileName), Is.EqualTo(new[] { "same" }),
            "nothing hidden is left");
    }
}
