using System.Globalization;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Policies;

/// <summary>Rules of engines at their edges: exactly full, exactly at the limit, after a preemption. Steps last 10 ms.</summary>
internal sealed class EngineRuleCaseTests
{
    /// <summary>
    /// vLLM 0.4 to 0.5, swapping, 6 blocks of 16, two requests of 32 + 40 tokens.
    /// <code>
    /// at       blocks of 0, 1   free
    /// 0.00 s   2, 2             2     both prompts
    /// 0.01 s   3, 3             0     both take a third block for token 33
    /// 0.02 s   3, swapped       3     no block is free, so 1 goes to the host with 33 tokens in 3 blocks
    /// 0.03 s   3                3     its 3 blocks and one more are not free: it stays
    /// 0.40 s   ended            6     4 fit: it comes back and decodes its other 38 tokens
    /// </code>
    /// It ends at 0.02 + 0.38 + 0.38 s and its two copies, instead of coming back and losing its KV again and again.
    /// </summary>
    [Test]
    public void A_swapped_sequence_returns_when_its_blocks_and_one_more_are_free()
    {
        string[][] rows = Replay("0,32,40\n0,32,40\n", "vllm", "memory.kv_blocks=6", "policy.overflow=swap");
        Assert.That((rows[1][Preemptions], Number(rows[0][End])), Is.EqualTo(("1", 0.40)).Using<(string, double)>(Near));
        Assert.That(Number(rows[1][End]), Is.InRange(0.78, 0.79));
    }

    /// <summary>
    /// vLLM 0.4 to 0.5 with chunked prefill, 6 blocks: 0 and 1 of 32 + 40 tokens at 0, 2 of 16 + 3 at 0.015 s.
    /// <code>
    /// at       running   free after the round's preemption
    /// 0.02 s   0, 1      3: no block was free, so 1 loses its KV
    ///                    the queue is looked at in the same round, and 1 is not in it yet: 2 is admitted with one block
    /// 0.03 s   0, 2      2's first token, 15 ms after it arrived
    /// </code>
    /// </summary>
    [Test]
    public void Others_are_admitted_in_the_round_that_preempted()
    {
        string[][] rows = Replay("0,32,40\n0,32,40\n0.015,16,3\n", "vllm-cp", "memory.kv_blocks=6");
        Assert.That((Number(rows[2][Scheduled]), Number(rows[2][Ttft])), Is.EqualTo((0.02, 0.015)));
        Assert.That(Number(rows[1][Preemptions]), Is.GreaterThan(0));
    }

    /// <summary>V1 refuses a prompt that leaves no room for a token; V0 takes it, and gives the one token more.</summary>
    [TestCase("vllm-v1", "finished finished rejected rejected")]
    [TestCase("vllm", "finished finished finished rejected")]
    public void A_prompt_of_max_model_len_is_refused_by_V1(string policy, string status)
    {
        string[][] rows = Replay("0,2046,2\n1,2047,1\n2,2048,5\n3,2049,5\n", policy, "engine.max_model_len=2048");
        Assert.That(string.Join(' ', rows.Select(r => r[Status])), Is.EqualTo(status));
    }

    private const int Status = 5, Scheduled = 6, Ttft = 7, End = 9, Preemptions = 11;

    private static bool Near((string, double) a, (string, double) b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 0.005;

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string[][] Replay(string rows, string policy, params string[] settings)
    {
        using ScratchFolder folder = new();
        string trace = folder.File("case.csv", "arrival_s,input_tokens,output_tokens\n" + rows);
        (int code, _, string error) = Ellm.Run(
        [
            "replay", trace, "--policy", policy, "--time-model", "constant:step_us=10000", "--no-oracle", "--quiet", "--check",
            "--out", folder.In("run"), .. settings.SelectMany(s => new[] { "--set", s }),
        ]);
        Assert.That(code, Is.Zero, error);
        return [.. File.ReadAllLines(folder.In("run/requests.csv")).Skip(1).Select(line => line.Split(','))];
    }
}
