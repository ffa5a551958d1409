using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

/// <summary>The three lines above the table.</summary>
internal sealed class ShortAnswerTests
{
    [Test]
    public void A_winner_is_named_with_the_distance_of_the_others()
    {
        string[] lines = Lines("--limit", "300", "--policies", "vllm,orca-max");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines[2],
                Does.Match(@"^Best: vllm, goodput [\d.]+ req/s, [\d.]+% of the requests met the objectives; orca-max [\d.]+ % less\.$"));
            Assert.That(lines[3], Does.StartWith("Limit of vllm: "));
            Assert.That(lines[4], Does.StartWith("Next: ").And.EndWith("-v says where the time went and why policies differ."));
        }
    }

    [Test]
    public void Policies_that_do_the_same_are_said_to() =>
        Assert.That(Lines("--limit", "40", "--policies", "vllm,ellm", "--slo", "ttft=100s,tpot=10s")[2..4], Is.EqualTo(new[]
        {
            "No policy wins: goodput 2.11 req/s, 100.0% of the requests met the objectives, within 1 % for all 2.",
            "Limit of ellm: none at this load (81.1% of their time is decode, waiting for memory 0.0%).",
        }));

    [Test]
    public void Memory_that_is_short_is_the_limit()
    {
        string[] lines = Lines("--limit", "200", "--policies", "vllm", "--set", "memory.kv_blocks=2000", "--set",
            "engine.max_model_len=32000");
        Assert.That(lines[3], Does.StartWith("Limit of vllm: memory; the queue grows"));
        Assert.That(lines[4], Does.StartWith("Next: more KV memory: --tp 2"));
    }

    [Test]
    public void A_queue_that_grows_is_the_limit() =>
        Assert.That(Lines("--limit", "400", "--rate", "20", "--policies", "vllm", "--set", "engine.max_num_seqs=8")[3],
            Does.StartWith("Limit of vllm: compute; the queue grows"));

    [Test]
    public void Where_no_request_meets_anything_throughput_is_compared() =>
        Assert.That(Lines("--limit", "40", "--policies", "vllm,static", "--slo", "ttft=1us")[2],
            Does.Contain("no request of any policy met the objectives; static "));

    [Test]
    public void Long_tables_come_when_asked_for()
    {
        string[] args = ["compare", "--limit", "40", "--policies", "vllm,ellm"];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Ellm.Run(args).Out, Does.Not.Contain("share of time"));
            Assert.That(Ellm.Run([.. args, "-v"]).Out, Does.Contain("share of time").And.Contain("take the same time"));
        }
    }

    private static string[] Lines(params string[] args)
    {
        (int code, string output, string error) = Ellm.Run(["compare", "chat", "--quiet", .. args]);
        Assert.That(code, Is.Zero, error);
        return output.Split('\n');
    }
}
