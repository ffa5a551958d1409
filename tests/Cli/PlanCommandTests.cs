using System.Globalization;
using ELLM.Sim.Experiments.Capacity;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

internal sealed class PlanCommandTests
{
    private static readonly string[] Small =
        ["plan", "chat", "--limit", "150", "--rate", "6", "--seeds", "1", "--slo", "ttft=5s,tpot=100ms", "--policies", "vllm", "--gpus", "a100-80,h100", "--tps", "1,2", "--max-gpus", "8"];

    [Test]
    public void The_cheaper_of_two_sufficient_deployments_comes_first()
    {
        string[][] h100 = Rows("--price", "h100=1", "--price", "a100-80=9"), a100 = Rows("--price", "h100=9", "--price", "a100-80=1");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Cell(h100, 1, "gpu"), Is.EqualTo("h100"));
            Assert.That(Cell(a100, 1, "gpu"), Is.EqualTo("a100-80"));
            double[] costs = [.. a100.Skip(1).Where(r => r[Column(a100, "left_out")].Length == 0).Select(r => Number(r[Column(a100, "usd_per_hour")]))];
            Assert.That(costs, Is.Not.Empty.And.Ordered);
            double expected = Number(Cell(a100, 1, "price_usd_per_gpu_hour")) * Number(Cell(a100, 1, "gpus"));
            Assert.That(Number(Cell(a100, 1, "usd_per_hour")), Is.EqualTo(expected));
        }
    }

    [Test]
    public void One_replica_fewer_would_miss()
    {
        string[][] rows = Rows("--rate", "30", "--gpus", "a100-80", "--tps", "1");
        int replicas = (int)Number(Cell(rows, 1, "replicas"));
        Assert.That(replicas, Is.GreaterThan(1), "the load is meant to need several");
        string[][] fewer = Rows("--rate", "30", "--gpus", "a100-80", "--tps", "1", "--max-gpus", $"{replicas - 1}");
        Assert.That(Cell(fewer, 1, "left_out"), Does.Contain($"misses with {replicas - 1} GPU"));
        Assert.That(Number(Cell(rows, 1, "draws_met")), Is.InRange(0, CapacityGoal.SteadyDraws));
        Assert.That(Number(Cell(rows, 1, "served_per_s")), Is.EqualTo(30).Within(2).Percent);
    }

    [Test]
    public void Every_stage_of_a_pipeline_is_paid_for()
    {
        string[][] rows = Rows("--gpus", "h100", "--tps", "1", "--pp", "2");
        double gpus = Number(Cell(rows, 1, "gpus"));
        Assert.That(Cell(rows, 1, "left_out"), Is.Empty);
        Assert.That(gpus, Is.EqualTo(2 * Number(Cell(rows, 1, "replicas"))));
        Assert.That(Number(Cell(rows, 1, "usd_per_hour")), Is.EqualTo(gpus * Number(Cell(rows, 1, "price_usd_per_gpu_hour"))).Within(1e-9));
    }

    [Test]
    public void A_warning_names_the_deployment_that_it_is_about()
    {
        (int code, _, string error) = Ellm.Run(
            "plan", "chat", "--limit", "20", "--seeds", "1", "--slo", "ttft=9s,tpot=1s", "--policies", "vllm,ellm", "--gpus", "l40s,h100", "--tps", "1", "--max-gpus", "1",
            "--set", "memory.kv_tokens=65536");
        Assert.That(code, Is.Zero, error);
        string[] warnings = [.. error.Split('\n').Where(l => l.Contains(": vllm: the KV pool of 65536 tokens cannot hold", StringComparison.Ordinal))];
        Assert.That(warnings, Has.Length.EqualTo(1).And.One.StartsWith("ellm: warning: l40s tp 1, h100 tp 1: vllm: "), "once, though two deployments have it");
    }

    [Test]
    public void What_does_not_fit_is_left_out_with_its_reason()
    {
        (int code, string output, _) = Ellm.Run(
            "plan", "chat", "--limit", "20", "--seeds", "1", "--slo", "ttft=5s,tpot=100ms", "--model", "llama-3.1-70b", "--gpus", "a100-80", "--tps", "1", "--max-gpus", "2");
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.Contain("no deployment meets the objectives").And.Contains("left out:\n  a100-80 tp 1").And.Contains("does not fit a100-80"));
    }

    [Test]
    public void Files_and_data_agree_and_threads_change_nothing()
    {
        using ScratchFolder folder = new();
        (_, string csv, _) = Ellm.Run([.. Small, "--format", "csv", "--jobs", "1", "--out", folder.In("one")]);
        Ellm.Run([.. Small, "--jobs", "4", "--out", folder.In("four")]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.ReadAllText(folder.In("one/plan.csv")), Is.EqualTo(csv));
            foreach (string file in new[] { "plan.csv", "plan.json" })
                Assert.That(File.ReadAllText(folder.In("four/" + file)), Is.EqualTo(File.ReadAllText(folder.In("one/" + file))), file);
        }
    }

    [TestCase("expected objectives as times", "--slo", "ttft=10x")]
    [TestCase("--tps: expected an integer from 1", "--tps", "1,x")]
    [TestCase("--tps 2,2: a number is named twice", "--tps", "2,2")]
    [TestCase("unknown gpu 'h10'", "--gpus", "h10")]
    [TestCase("--gpus h100,h100: expected names separated by commas, each once", "--gpus", "h100,h100")]
    [TestCase("--max-gpus: expected an integer from 1", "--max-gpus", "0")]
    public void One_line_and_exit_code_2(string expected, params string[] options)
    {
        string[] slo = options[0] == "--slo" ? [] : ["--slo", "ttft=1s,tpot=1s"];
        (int code, string output, string error) = Ellm.Run(["plan", "chat", "--limit", "20", .. slo, .. options]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((code, output), Is.EqualTo((2, "")));
            Assert.That(error, Does.StartWith("ellm: ").And.Contains(expected));
            Assert.That(error.TrimEnd('\n'), Does.Not.Contain("\n"));
        }
    }

    /// <summary>Later options replace earlier ones of the same name.</summary>
    private static string[][] Rows(params string[] options)
    {
        List<string> args = [.. Small];
        for (int i = 0; i < options.Length; i += 2)
        {
            int at = options[i] == "--price" ? -1 : args.IndexOf(options[i]);
            if (at >= 0)
                args.RemoveRange(at, 2);
        }
        (int code, string output, string error) = Ellm.Run([.. args, "--format", "csv", .. options]);
        Assert.That(code, Is.Zero, error);
        return [.. output.TrimEnd('\n').Split('\n').Select(line => line.Split(','))];
    }

    private static int Column(string[][] rows, string name) => Array.IndexOf(rows[0], name);

    private static string Cell(string[][] rows, int row, string name) => rows[row][Column(rows, name)];

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
}
