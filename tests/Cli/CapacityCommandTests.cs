using System.Text.Json.Nodes;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

internal sealed class CapacityCommandTests
{
    private static readonly string[] Small = ["capacity", "chat", "--limit", "60", "--seeds", "2", "--tolerance", "0.1", "--policies", "vllm,orca-pow2"];

    [Test]
    public void Files_and_data_agree_and_threads_change_nothing()
    {
        using ScratchFolder folder = new();
        (int code, string csv, string error) = Ellm.Run([.. Small, "--format", "csv", "--jobs", "1", "--out", folder.In("one")]);
        Assert.That(code, Is.Zero, error);
        Ellm.Run([.. Small, "--jobs", "4", "--out", folder.In("four")]);
        string Read(string file) => File.ReadAllText(folder.In(file));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(folder.Entries(), Is.SupersetOf(new[] { "one/capacity.csv", "one/capacity.json", "one/rates.csv", "one/run.log" }));
            Assert.That(Read("one/capacity.csv"), Is.EqualTo(csv));
            foreach (string file in new[] { "capacity.csv", "capacity.json", "rates.csv" })
                Assert.That(Read("four/" + file), Is.EqualTo(Read("one/" + file)), file);
            JsonNode json = JsonNode.Parse(Read("one/capacity.json"))!;
            Assert.That(json["capacities"]![1]!["policy"]!.GetValue<string>(), Is.EqualTo("orca-pow2"));
            Assert.That(json["capacities"]![0]!["capacity_per_s"]!.GetValue<double>(), Is.GreaterThan(0));
            Assert.That(json["trace_sha256"]!.GetValue<string>(), Has.Length.EqualTo(64));
        }
    }

    [Test]
    public void A_policy_that_misses_unloaded_says_so()
    {
        (int code, string output, string error) = Ellm.Run(
            "capacity", "chat", "--limit", "20", "--seeds", "1", "--policies", "vllm,orca-max", "--slo", "ttft=1ms,tpot=1ms");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(output, Does.Contain("misses unloaded"));
            Assert.That(error, Does.Contain("vllm: misses the target unloaded: 0.0 % met the objectives at "));
        }
    }

    [Test]
    public void A_trace_that_tells_too_little_says_so_with_its_interval()
    {
        (int code, string output, string error) =
            Ellm.Run("capacity", "chat", "--limit", "30", "--policies", "vllm", "--slo", "ttft=2s,tpot=100ms");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(output, Does.Match(@"vllm +too short +[\d.]+ to [\d.]+ "));
            Assert.That(error, Does.Contain("vllm: too short: 30 requests put the capacity between "));
        }
    }

    [Test]
    public void Finite_runs_show_their_length()
    {
        (int code, string output, string error) = Ellm.Run(
            "capacity", "chat", "--limit", "300", "--policies", "vllm", "--finite", "--seeds", "2", "--slo", "ttft=2s,tpot=100ms");
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("in finite runs; 2 draws a rate").And.Match(@"vllm +[\d.]+ +[\d.]+ to [\d.]+ +300 "));
    }

    [Test]
    public void Stated_prices_move_dollars_and_nothing_else()
    {
        string[] cells = Row("--price", "a100-80=3.58"), listed = Row("--price", "a100-80=1.79");
        int goodput = Array.IndexOf(Header, "goodput_per_usd"), capacity = Array.IndexOf(Header, "capacity_per_s");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Number(listed[goodput]), Is.EqualTo(2 * Number(cells[goodput])).Within(1e-6));
            Assert.That(cells[capacity], Is.EqualTo(listed[capacity]));
        }
    }

    [Test]
    public void Goodput_is_shared_by_every_gpu_of_a_deployment()
    {
        string[] cells = Row("--pp", "2", "--tp", "2", "--set", "engine.replicas=2");
        double Cell(string name) => Number(cells[Array.IndexOf(Header, name)]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((Cell("tp"), Cell("pp"), Cell("replicas"), Cell("gpus")), Is.EqualTo((2, 2, 2, 8)));
            Assert.That(Cell("goodput_per_gpu_per_s"), Is.EqualTo(Cell("goodput_per_s") / 8).Within(1e-12));
            Assert.That(Cell("goodput_per_usd"), Is.EqualTo(Cell("goodput_per_s") * 3600 / (8 * Cell("price_usd_per_gpu_hour"))).Within(1e-6));
        }
    }

    [TestCase("--attainment: expected a share", "--attainment", "90")]
    [TestCase("--seeds: expected an integer from 1", "--seeds", "0")]
    [TestCase("seeds: expected 1 to 1000, found 5000", "--seeds", "5000")]
    [TestCase("--price h100: expected GPU=USD", "--price", "h100")]
    [TestCase("--price h100=-1: expected GPU=USD", "--price", "h100=-1")]
    [TestCase("unknown gpu 'h10' (did you mean 'h100'?)", "--price", "h10=2")]
    [TestCase("tolerance: expected a share from 0.001 to 1", "--tolerance", "0.00001")]
    [TestCase("unknown option '--fail-on-slo'", "--fail-on-slo")]
    public void One_line_and_exit_code_2(string expected, params string[] options)
    {
        (int code, string output, string error) = Ellm.Run(["capacity", "chat", "--limit", "20", .. options]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((code, output), Is.EqualTo((2, "")));
            Assert.That(error, Does.StartWith("ellm: ").And.Contains(expected));
            Assert.That(error.TrimEnd('\n'), Does.Not.Contain("\n"));
        }
    }

    private static readonly string[] Header = Lines()[0];

    private static string[] Row(params string[] options) => Lines(options)[1];

    private static string[][] Lines(params string[] options)
    {
        (_, string output, _) = Ellm.Run(["capacity", "chat", "--limit", "40", "--seeds", "1", "--tolerance", "0.5", "--policies", "vllm", "--format", "csv", .. options]);
        return [.. output.TrimEnd('\n').Split('\n').Select(line => line.Split(','))];
    }

    private static double Number(string cell) => double.Parse(cell, System.Globalization.CultureInfo.InvariantCulture);
}
