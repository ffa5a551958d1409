using ELLM.Sim.Experiments.Sweeps;
using ELLM.Sim.Experiments.Sweeps.Results;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli.Sweep;

/// <summary>What the command refuses, hands to queues and says.</summary>
internal sealed class SweepCommandTests
{
    private const string Tiny = """{ "name": "tiny", "base": { "trace": "azure-chat", "limit": 20 }, "grid": { "seed": [1, 2, 3] } }""";

    [TestCase("sweep: expected an experiment file, one of first-sweep, policies-vs-rate")]
    [TestCase("unknown experiment 'polices-vs-rate' (did you mean 'policies-vs-rate'?)", "polices-vs-rate")]
    [TestCase("absent.json: no such experiment file", "absent.json")]
    [TestCase("points are more than 10: pass --max-points", "policies-vs-rate", "--max-points", "10")]
    [TestCase("--jobs: expected an integer from 1", "policies-vs-rate", "--jobs", "0")]
    [TestCase("--memory: one point needs about", "policies-vs-rate", "--memory", "0.1", "--out", "never-made")]
    [TestCase("--shard: expected I/N", "policies-vs-rate", "--shard", "9")]
    [TestCase("--slurm and --k8s: expected one of them", "policies-vs-rate", "--slurm", "--k8s")]
    [TestCase("unknown option '--partion' (did you mean '--partition'?)", "policies-vs-rate", "--partion", "x")]
    [TestCase("found no plan.json", "status", "absent")]
    [TestCase("found no plan.json", "merge", "absent")]
    [TestCase("cannot be written", "policies-vs-rate", "--out", "/dev/null/x")]
    public void One_line_and_exit_code_2(string expected, params string[] args)
    {
        (int code, string output, string error) = Ellm.Run(["sweep", .. args]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error, Does.StartWith("ellm: ").And.Contains(expected));
            Assert.That(error.TrimEnd('\n'), Does.Not.Contain("\n"));
            Assert.That((code, output), Is.EqualTo((2, "")));
            Assert.That(Directory.Exists("never-made"), Is.False);
        }
    }

    [Test]
    public void A_file_with_a_fault_leaves_nothing_behind()
    {
        using ScratchFolder folder = new();
        string file = folder.File("x.json", Tiny.Replace("seed", "sed", StringComparison.Ordinal));
        (int code, _, string error) = Ellm.Run("sweep", file, "--out", folder.In("d"));
        Assert.That((code, error), Is.EqualTo((2, $"ellm: {file}:1: unknown axis 'sed' (did you mean 'seed'?)\n")));
        Assert.That(folder.Entries(), Is.EqualTo(new[] { "x.json" }));
    }

    [Test]
    public void A_second_process_is_told_who_is_writing()
    {
        using ScratchFolder folder = new();
        string file = folder.File("x.json", Tiny);
        using SweepDirectory mine = SweepDirectory.Open(folder.In("d"), SweepPlan.Of(Experiment.Load(file)), Shard.Whole, force: false);
        (int code, string output, string error) = EllmProcess.Run(new Dictionary<string, string>(), "sweep", file, "--out", folder.In("d"));
        Assert.That((code, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.Contain($"process {Environment.ProcessId} on ").And.Contains("is writing there"));
    }

    [Test]
    public void A_changed_experiment_is_refused_with_what_changed()
    {
        using ScratchFolder folder = new();
        Ellm.Run("sweep", folder.File("x.json", Tiny), "--out", folder.In("d"));
        byte[] before = File.ReadAllBytes(folder.In("d/points.csv"));
        string changed = folder.File("x.json", Tiny.Replace("[1, 2, 3]", "[1, 2]", StringComparison.Ordinal));
        (int code, _, string error) = Ellm.Run("sweep", changed, "--out", folder.In("d"));
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error,
            Does.Contain(
                "holds results of another experiment: grid.seed was [1,2,3], is [1,2]; choose another --out, or --force to start over"));
        Assert.That(File.ReadAllBytes(folder.In("d/points.csv")), Is.EqualTo(before));
        (int forced, _, string said) = Ellm.Run("sweep", changed, "--out", folder.In("d"), "--force");
        Assert.That(forced, Is.Zero, said);
        Assert.That(File.ReadAllLines(folder.In("d/points.csv")), Has.Length.EqualTo(3));
    }

    [Test]
    public void A_point_that_fails_is_a_row_and_a_warning()
    {
        using ScratchFolder folder = new();
        string file =
            folder.File("x.json",
                """{ "name": "x", "base": { "limit": 20 }, "grid": { "model": ["llama-3.1-70b", "llama-3.1-8b"] }, "metrics": ["completed", "verdict"] }""");
        (int code, string output, string error) = Ellm.Run("sweep", file, "--out", folder.In("d"));
        string[] rows = File.ReadAllLines(folder.In("d/points.csv"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero, error);
            Assert.That(error, Does.Contain("warning: point 0 (model=llama-3.1-70b) failed: "));
            Assert.That(rows[0], Is.EqualTo("point,trace,policy,model,gpu,tp,pp,seed,completed,verdict,failed"));
            Assert.That(rows[1], Does.StartWith("0,chat.csv,vllm,llama-3.1-70b,a100-80,1,1,1,,,").And.Contains("does not fit"));
            Assert.That(rows[2], Does.StartWith("1,chat.csv,vllm,llama-3.1-8b,a100-80,1,1,1,20,stable,"));
            Assert.That(output, Does.Contain("failed"));
        }
        (code, output, error) =
            Ellm.Run("sweep", folder.File("y.json", """{ "name": "y", "base": { "limit": 20 }, "grid": { "model": ["llama-3.1-70b"] } }"""),
                "--out", folder.In("e"), "--quiet");
        Assert.That((code, output), Is.EqualTo((2, "")), "not one could run");
        Assert.That(error, Does.Contain("no point could run: "));
    }

    [Test]
    public void Sbatch_missing_is_said()
    {
        using ScratchFolder folder = new();
        (int code, string output, string error) = Submit(folder, folder.In("nothing"));
        Assert.That((code, output, error), Is.EqualTo((2, "", "ellm: --slurm: sbatch is not on the path; --dry-run prints the script\n")));
    }

    [Test]
    public void What_sbatch_says_when_it_refuses_is_passed_on()
    {
        using ScratchFolder folder = new();
        Fake(folder, "echo 'sbatch: error: invalid partition specified: gpu' >&2; exit 1");
        (int code, string output, string error) = Submit(folder, folder.Path);
        Assert.That((code, output, error), Is.EqualTo((2, "", "ellm: sbatch refused: sbatch: error: invalid partition specified: gpu\n")));
    }

    [Test]
    public void An_array_and_a_dependent_merge_are_submitted()
    {
        using ScratchFolder folder = new();
        Fake(folder, $"printf '%s\\n' \"$@\" --- >> {folder.In("asked")}; echo '17;cluster'");
        (int code, string output, string error) = Submit(folder, folder.Path);
        string[] asked = File.ReadAllLines(folder.In("asked"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((code, output), Is.EqualTo((0, "17\n")), error);
            Assert.That(asked[..3], Is.EqualTo(new[] { "--parsable", folder.In("d/log/sweep.sbatch"), "---" }));
            Assert.That(asked, Does.Contain("--dependency=afterany:17").And.Contains("--partition=gpu"));
            Assert.That(asked[^2], Does.StartWith("exec ").And.EndsWith($"sweep merge {folder.In("d")}"));
            Assert.That(File.ReadAllText(folder.In("d/log/sweep.sbatch")),
                Does.Contain("#SBATCH --array=0-2%1\n").And
                    .Contains($"sweep {folder.In("x.json")} --out {folder.In("d")} --shards 3 --jobs 1\n"));
            Assert.That(File.Exists(folder.In("d/plan.json")));
        }
    }

    [Test]
    public void A_task_takes_its_index_from_the_queue()
    {
        using ScratchFolder folder = new();
        string file = folder.File("x.json", Tiny);
        (int code, _, string error) =
            EllmProcess.Run(new Dictionary<string, string> { ["JOB_COMPLETION_INDEX"] = "1" }, "sweep", file, "--out", folder.In("d"),
                "--shards", "3");
        Assert.That(code, Is.Zero, error);
        Assert.That(folder.Entries(), Does.Contain("d/journal/shard-00001-of-00003.jsonl").And.Not.Contains("d/points.csv"));
    }

    private static (int, string, string) Submit(ScratchFolder folder, string path)
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("no Slurm here");
        string file = folder.File("x.json", Tiny);
        return EllmProcess.Run(
            new Dictionary<string, string> { ["PATH"] = path },
            "sweep", file, "--out", folder.In("d"), "--quiet", "--slurm", "--shards", "3", "--concurrent", "1", "--partition", "gpu");
    }

    private static void Fake(ScratchFolder folder, string body)
    {
        string path = folder.File("sbatch", $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
