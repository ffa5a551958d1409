using System.Diagnostics;
using System.Globalization;
using ELLM.Sim.Experiments.Sweeps.Results;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli.Sweep;

/// <summary>Undisturbed, resumed, killed and sharded sweeps write the same bytes.</summary>
internal sealed class SweepFilesTests
{
    private const string Small = """
        { "name": "small", "base": { "trace": "azure-chat", "limit": 50 },
          "grid": { "policy": ["vllm", "ellm", "orca-max"], "rate": [1, 8], "seed": [1, 2, 3] } }
        """;

    [Test]
    public void A_sweep_ends_in_a_row_a_point_and_a_row_a_group()
    {
        using ScratchFolder folder = new();
        (int code, string output, string error) = Sweep(folder, "a");
        Assert.That(code, Is.Zero, error);
        string[] points = File.ReadAllLines(folder.In("a/points.csv")), groups = File.ReadAllLines(folder.In("a/groups.csv"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(points, Has.Length.EqualTo(1 + 18));
            Assert.That(points[0], Does.StartWith("point,trace,policy,model,gpu,tp,pp,seed,rate_per_s,requests,").And.EndsWith(",failed"));
            Assert.That(points[1], Does.StartWith("0,azure-chat,vllm,llama-3.1-8b,a100-80,1,1,1,1,50,"));
            Assert.That(groups, Has.Length.EqualTo(1 + 6));
            Assert.That(groups[0], Does.StartWith("trace,policy,model,gpu,tp,pp,rate_per_s,points,failed,requests,requests_ci95,"));
            Assert.That(groups[6], Does.StartWith("azure-chat,orca-max,llama-3.1-8b,a100-80,1,1,8,3,0,50,0,"));
            Assert.That(output.Split('\n')[0], Is.EqualTo("small: 18 points, mean ± half-width of the 95 % interval over seeds"));
            Assert.That(points.Skip(1).Select(r => r.Split(',').Length).Distinct(), Is.EqualTo(new[] { points[0].Split(',').Length }));
        }
    }

    /// <summary>The mean of a group, from the rows of its points.</summary>
    [Test]
    public void Groups_are_the_means_of_their_points()
    {
        using ScratchFolder folder = new();
        Sweep(folder, "a");
        double[] points = [.. Column(folder.In("a/points.csv"), "ttft_p99_s")];
        double[] means = [.. Column(folder.In("a/groups.csv"), "ttft_p99_s")];
        double[] halves = [.. Column(folder.In("a/groups.csv"), "ttft_p99_s_ci95")];
        for (int g = 0; g < means.Length; g++)
        {
            double[] own = points[(3 * g)..((3 * g) + 3)];
            double sd = Math.Sqrt(own.Sum(v => Math.Pow(v - own.Average(), 2)) / 2);
            Assert.That(means[g], Is.EqualTo(own.Average()).Within(1e-12));
            Assert.That(halves[g], Is.EqualTo(4.302653 * sd / Math.Sqrt(3)).Within(1e-5 * Math.Max(1, sd)));
        }
    }

    [Test]
    public void Threads_and_shards_change_no_byte()
    {
        using ScratchFolder folder = new();
        Sweep(folder, "whole", "--jobs", "1");
        Sweep(folder, "threads", "--jobs", "4");
        foreach (int shard in new[] { 2, 0 })
            Sweep(folder, "parts", "--shard", $"{shard}/3");
        (int missing, _, string error) = Ellm.Run("sweep", "merge", folder.In("parts"));
        Assert.That((missing, error),
            Is.EqualTo(
                (2, $"ellm: {folder.In("parts")}: 6 of 18 points are missing, in shards 1 of 3: run them again ('sbatch --array=1' of "
                    + $"the same script)\n")));
        (_, string status, _) = Ellm.Run("sweep", "status", folder.In("parts"));
        Assert.That(status, Does.Contain("12 of 18 points").And.Contains("incomplete: 1"));
        Sweep(folder, "parts", "--shard", "1/3");
        (int merged, _, string said) = Ellm.Run("sweep", "merge", folder.In("parts"));
        Assert.That(merged, Is.Zero, said);
        AssertSame(folder, "whole", "threads");
        AssertSame(folder, "whole", "parts");
    }

    [Test]
    public void Resumed_at_any_line_and_in_the_middle_of_one_changes_no_byte()
    {
        using ScratchFolder folder = new();
        Sweep(folder, "whole");
        string journal = folder.In("part/journal/shard-00000-of-00001.jsonl");
        Sweep(folder, "part");
        byte[] bytes = File.ReadAllBytes(journal);
        foreach (int cut in new[] { 0, 40, bytes.Length / 3, bytes.Length / 2, bytes.Length - 1 })
        {
            File.WriteAllBytes(journal, bytes[..cut]);
            foreach (string name in SweepFiles.Names)
                File.Delete(folder.In("part/" + name));
            (int code, _, string error) = Sweep(folder, "part", "--resume");
            Assert.That(code, Is.Zero, error);
            AssertSame(folder, "whole", "part");
        }
    }

    [Test]
    public void A_damaged_journal_is_said_and_run_again()
    {
        using ScratchFolder folder = new();
        Sweep(folder, "whole");
        Sweep(folder, "part");
        string journal = folder.In("part/journal/shard-00000-of-00001.jsonl");
        string[] lines = File.ReadAllLines(journal);
        lines[4] = lines[4].Replace("azure", "azur3", StringComparison.Ordinal);
        File.WriteAllText(journal, string.Join('\n', lines) + "\n");
        (int code, _, string error) = Sweep(folder, "part");
        Assert.That(code, Is.Zero, error);
        Assert.That(error,
            Does.Contain(":5: damaged: the 3 points before it are kept, the rest is run again").And
                .Contains("3 of 18 points are in the journal"));
        AssertSame(folder, "whole", "part");
    }

    /// <summary>SIGKILL, which nothing can catch. <c>ELLM_KILLS=50</c> for more instants.</summary>
    [Test]
    public void Killed_at_random_instants_and_run_again_changes_no_byte()
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("no SIGKILL here");
        int kills = int.Parse(Environment.GetEnvironmentVariable("ELLM_KILLS") ?? "4", CultureInfo.InvariantCulture);
        using ScratchFolder folder = new();
        string file = folder.File("killed.json", Small.Replace("50", "400", StringComparison.Ordinal));
        Dictionary<string, string> none = [];
        Stopwatch clock = Stopwatch.StartNew();
        (int code, _, string error) = EllmProcess.Run(none, "sweep", file, "--out", folder.In("whole"), "--jobs", "2");
        Assert.That(code, Is.Zero, error);
        int whole = (int)clock.ElapsedMilliseconds;
        Random random = new(7);
        int cutShort = 0;
        for (int i = 0; i < kills; i++)
        {
            using Process process = EllmProcess.Start(none, "sweep", file, "--out", folder.In("killed"), "--jobs", "2", "--quiet");
            if (!process.WaitForExit(random.Next(whole / 4, whole)))
            {
                process.Kill();
                process.WaitForExit();
            }
            if (process.ExitCode == 0)
            {
                AssertSame(folder, "whole", "killed");
                Directory.Delete(folder.In("killed"), recursive: true);
            }
            else
            {
                cutShort++;
            }
        }
        Assert.That(cutShort, Is.Positive, "every run was done before it was killed");
        (code, _, error) = EllmProcess.Run(none, "sweep", file, "--out", folder.In("killed"));
        Assert.That(code, Is.Zero, error);
        AssertSame(folder, "whole", "killed");
        Assert.That(Directory.EnumerateFiles(folder.In("killed"), ".*.partial"), Is.Empty);
    }

    [Test]
    public void On_a_full_or_read_only_disk_one_line_is_said_and_the_journal_is_whole()
    {
        using ScratchFolder folder = new();
        string disk = folder.In("disk");
        Directory.CreateDirectory(disk);
        if (!OperatingSystem.IsLinux() || !Succeeds("mount", "-t", "tmpfs", "-o", "size=20k", "tmpfs", disk))
            Assert.Ignore("no small disk can be mounted here");
        try
        {
            string file = folder.File("small.json", Small);
            (int code, string output, string error) = Ellm.Run("sweep", file, "--out", Path.Combine(disk, "d"), "--quiet");
            using (Assert.EnterMultipleScope())
            {
                Assert.That((code, output), Is.EqualTo((2, "")));
                Assert.That(error.TrimEnd('\n'), Does.StartWith("ellm: ").And.Contains("cannot be written").And.Not.Contains("\n"));
            }
            byte[] journal = File.ReadAllBytes(Path.Combine(disk, "d/journal/shard-00000-of-00001.jsonl"));
            Assert.That(journal[^1], Is.EqualTo((byte)'\n'), "whole lines");
            (SweepPlan plan, IReadOnlyDictionary<int, PointResult> results, IReadOnlyList<string> damage) =
                SweepDirectory.Read(Path.Combine(disk, "d"));
            Assert.That((plan.Points, damage.Count), Is.EqualTo((18, 0)));
            Assert.That(results, Has.Count.InRange(1, 17));
            if (!Succeeds("mount", "-o", "remount,ro", disk))
                return;
            (code, output, error) = Ellm.Run("sweep", file, "--out", Path.Combine(disk, "d"), "--quiet");
            Assert.That((code, output), Is.EqualTo((2, "")));
            Assert.That(error.TrimEnd('\n'), Does.StartWith("ellm: ").And.Contains("Read-only").And.Not.Contains("\n"));
            Assert.That(File.ReadAllBytes(Path.Combine(disk, "d/journal/shard-00000-of-00001.jsonl")), Is.EqualTo(journal));
        }
        finally
        {
            Succeeds("umount", disk);
        }
    }

    private static (int Code, string Out, string Error) Sweep(ScratchFolder folder, string directory, params string[] more) =>
        Ellm.Run(["sweep", folder.File("small.json", Small), "--out", folder.In(directory), .. more]);

    private static void AssertSame(ScratchFolder folder, string expected, string actual)
    {
        string[] pictures = [.. Directory.EnumerateFiles(folder.In($"{expected}/figures")).Select(f => "figures/" + Path.GetFileName(f))];
        Assert.That(pictures, Has.Length.GreaterThan(3));
        foreach (string name in (string[])[.. SweepFiles.Names, "report.html", .. pictures])
            Assert.That(File.ReadAllText(folder.In($"{actual}/{name}")), Is.EqualTo(File.ReadAllText(folder.In($"{expected}/{name}"))),
                name);
    }

    private static IEnumerable<double> Column(string file, string name)
    {
        string[] lines = File.ReadAllLines(file);
        int column = Array.IndexOf(lines[0].Split(','), name);
        return lines.Skip(1).Select(line => double.Parse(line.Split(',')[column], CultureInfo.InvariantCulture));
    }

    private static bool Succeeds(string program, params string[] args)
    {
        try
        {
            using Process process =
                Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
