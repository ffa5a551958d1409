using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

internal sealed class PhaseCommandTests
{
    [Test]
    public void A_cell_of_a_directory_is_a_comparison_of_its_own()
    {
        using ScratchFolder folder = new();
        string[] common = ["--policies", "vllm,vllm-v1", "--set", "memory.kv_tokens=40000", "--seed", "5"];
        (int code, string table, string error) =
            Ellm.Run(["phase", "--prompts", "2000", "--loads", "1.1", "--output-tokens", "100", "--out", folder.In("phase"), .. common]);
        Assert.That(code, Is.Zero, error);
        Assert.That(table, Does.Contain("1.1*").And.Contain("depends on the run's length"));
        string[] header = File.ReadAllLines(folder.In("phase/phase.csv"))[0].Split(',');
        string[] row = File.ReadAllLines(folder.In("phase/phase.csv"))[1].Split(',');
        string rate = row[Array.IndexOf(header, "rate_per_s")];
        (code, string csv, error) = Ellm.Run(
        [
            "compare", folder.In("phase/phase-2000-100.json"), "--rate", rate, "--limit", "3000", "--format", "csv", "--no-oracle",
            .. common,
        ]);
        Assert.That(code, Is.Zero, error);
        Assert.That(csv, Does.Contain("vllm-v1"));
        Assert.That(File.ReadAllText(folder.In("phase/figures/phase.svg")), Does.Contain("mean prompt (tokens)"));
        Assert.That(File.ReadAllText(folder.In("phase/report.html")), Does.Contain("Where a policy pays against vllm"));
    }

    [TestCase("--prompts", "200000", "max_model_len")]
    [TestCase("--loads", "0,1", "--loads: expected a positive number")]
    [TestCase("--draws", "1", "--draws: expected at least 3")]
    public void A_wrong_axis_is_one_line(string option, string value, string message)
    {
        (int code, _, string error) = Ellm.Run("phase", option, value, "--quiet");
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain(message));
    }
}
