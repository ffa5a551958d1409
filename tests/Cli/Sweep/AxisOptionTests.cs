using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli.Sweep;

/// <summary>A sweep without a file is the sweep of the file that says the same.</summary>
internal sealed class AxisOptionTests
{
    [Test]
    public void Axes_are_a_grid()
    {
        using ScratchFolder folder = new();
        string file = folder.File("same.json", """
            {
              "name": "chat-rate-policy",
              "base": { "limit": 30, "policy.watermark": 0.02, "trace": "chat" },
              "slo": "ttft=1s",
              "grid": { "rate": [2, 4], "policy": ["vllm", "ellm"] }
            }
            """);
        (int code, string output, string error) = Ellm.Run(
            "sweep", "chat", "--axis", "rate=2,4", "--axis", "policy=vllm,ellm", "--set", "limit=30", "--set", "policy.watermark=0.02",
            "--slo", "ttft=1s", "--out", folder.In("axes"), "--quiet", "--no-report");
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Is.EqualTo(Ellm.Run("sweep", file, "--out", folder.In("file"), "--quiet", "--no-report").Out));
        foreach (string table in new[] { "points.csv", "groups.csv" })
            Assert.That(File.ReadAllBytes(folder.In("axes/" + table)), Is.EqualTo(File.ReadAllBytes(folder.In("file/" + table))), table);
    }

    [TestCase("expected NAME=VALUE", "--axis", "rate")]
    [TestCase("--axis rate: given twice", "--axis", "rate=1", "--axis", "rate=2")]
    [TestCase("unknown axis 'rat' (did you mean 'rate'?)", "--axis", "rat=1")]
    [TestCase("rate: expected a number", "--axis", "rate=fast")]
    [TestCase("--set and --slo go with --axis", "first-sweep", "--set", "limit=3")]
    [TestCase("tasks of a queue read an experiment file", "--axis", "rate=1", "--k8s")]
    [TestCase("or axes such as --axis rate=2,4,8")]
    public void What_is_no_axis_is_one_line(string expected, params string[] args)
    {
        (int code, string output, string error) = Ellm.Run(["sweep", .. args]);
        Assert.That((code, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.Contain(expected));
        Assert.That(error.TrimEnd('\n'), Does.Not.Contain("\n"));
    }
}
