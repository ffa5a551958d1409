using System.Text;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;
using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Sessions;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

/// <summary>Workloads that say what prompts begin with.</summary>
internal sealed class PromptSpecTests
{
    private static readonly GeneratorSpec Shared = new("s", new PoissonArrivals(1), new ConstantLengths(10), new ConstantLengths(5))
    {
        Prompts = new SharedPrefixPrompts(2, 3, new ConstantLengths(100)),
    };

    private static readonly ChatPrompts Chat = new(
        new ConstantLengths(50), new ConstantLengths(3), new LognormalMixture([1], [0], [0]), new ConstantLengths(30));

    private static readonly GeneratorSpec Chats = new("c", new PoissonArrivals(1), new ConstantLengths(80), new ConstantLengths(20))
    {
        Prompts = Chat,
    };

    /// <summary>Two system prompts of 100 tokens, three questions of 10 behind each: 2 x 100 + 6 x 10 different tokens.</summary>
    [Test]
    public void Groups_share_a_system_prompt_and_questions_come_again()
    {
        Trace trace = TraceGenerator.Generate(Shared, 200, 1);
        PrefixReuse reuse = PrefixReuse.Of(trace)!;
        Assert.That(trace.InputTokens, Is.All.EqualTo(110));
        Assert.That(reuse.Tokens - reuse.HitTokens, Is.EqualTo((2 * 100) + (6 * 10)));
        Assert.That(trace.Find<SessionPlan>(), Is.Null);
    }

    /// <summary>
    /// Chats of three turns behind 50 tokens that all share.
    /// <code>
    /// turn  prompt  shares
    /// 1     80      50 with every other chat
    /// 2     110     100: the last prompt of 80 and its answer of 20
    /// 3     140     130
    /// </code>
    /// </summary>
    [Test]
    public void A_chat_goes_on_behind_its_answers_when_they_are_thought_over()
    {
        Trace trace = TraceGenerator.Generate(Chats, 10, 1);
        SessionPlan plan = trace.Find<SessionPlan>()!;
        PromptPrefixes prefixes = trace.Find<PromptPrefixes>()!;
        Assert.That(trace.Count, Is.EqualTo(9), "chats are whole");
        for (int turn = 0; turn < trace.Count; turn++)
        {
            Assert.That(trace.InputTokens[turn], Is.EqualTo(80 + (30 * plan.Turn[turn])));
            int next = plan.Next[turn];
            if (next < 0)
                continue;
            Assert.That(prefixes.Tree.Common(prefixes.Answer[turn], prefixes.Prompt[next]), Is.EqualTo(trace.InputTokens[turn] + 20));
            Assert.That(plan.ThinkPs[next], Is.EqualTo(1_000_000_000_000));
        }
        int[] firsts = [.. Enumerable.Range(0, 9).Where(i => plan.Turn[i] == 0)];
        Assert.That(prefixes.Tree.Common(prefixes.Prompt[firsts[0]], prefixes.Prompt[firsts[1]]), Is.EqualTo(50));
    }

    [Test]
    public void A_chat_that_is_longer_than_the_trace_is_cut()
    {
        ChatPrompts endless = Chat with { Turns = new ConstantLengths(int.MaxValue) };
        Assert.That(TraceGenerator.Generate(Chats with { Prompts = endless }, 4, 1).InputTokens, Is.EqualTo(new[] { 80, 110, 140, 170 }));
    }

    [Test]
    public void A_compacted_context_keeps_its_instructions_alone()
    {
        AgentPrompts agent = new(Chat.SystemTokens, Chat.Turns, Chat.ThinkS, Chat.Growth, [new Compaction(100, 1, 0.6)]);
        Trace trace = TraceGenerator.Generate(Chats with { Prompts = agent }, 3, 1);
        PromptPrefixes prefixes = trace.Find<PromptPrefixes>()!;
        Assert.That(trace.InputTokens, Is.EqualTo(new[] { 80, 110, 66 }));
        Assert.That(prefixes.Tree.Common(prefixes.Prompt[1], prefixes.Prompt[2]), Is.EqualTo(50));
        Assert.That(SessionStatistics.Of(trace)!.Compactions, Is.EqualTo(1));
    }

    [TestCase("mooncake-chats", 500)]
    [TestCase("claude-code-sessions", 2000)]
    [TestCase("shared-system-prompts", 500)]
    public void A_longer_trace_begins_with_a_shorter_one(string preset, int count)
    {
        GeneratorSpec spec = GeneratorPresets.Load(preset);
        Trace shorter = TraceGenerator.Generate(spec, count, 7), longer = TraceGenerator.Generate(spec, 2 * count, 7);
        SessionPlan? plan = shorter.Find<SessionPlan>();
        Assert.That(shorter.Count, Is.InRange(1, count));
        Assert.That(shorter.InputTokens.Order().Except(longer.InputTokens), Is.Empty);
        if (plan is null)
            Assert.That(longer.InputTokens[..count], Is.EqualTo(shorter.InputTokens));
        Assert.That(longer.ArrivalPs.Intersect(shorter.ArrivalPs).Count(), Is.EqualTo(shorter.ArrivalPs.Distinct().Count()));
    }

    [Test]
    public void The_same_seed_gives_the_same_trace_and_a_rate_moves_starts_only()
    {
        GeneratorSpec spec = GeneratorPresets.Load("mooncake-chats");
        Trace one = TraceGenerator.Generate(spec, 1000, 3), again = TraceGenerator.Generate(spec, 1000, 3);
        Trace fast = TraceGenerator.Generate(spec, 1000, 3, 20);
        Assert.That(again.ArrivalPs, Is.EqualTo(one.ArrivalPs));
        Assert.That(fast.InputTokens.Order(), Is.EqualTo(one.InputTokens.Order()));
        Assert.That(fast.Find<SessionPlan>()!.ThinkPs.Order(), Is.EqualTo(one.Find<SessionPlan>()!.ThinkPs.Order()));
        Assert.That(TraceRate.Of(fast), Is.EqualTo(20).Within(15).Percent);
    }

    /// <summary>What research of the conversation trace says: 0.366 of blocks, LRU caches of 1k to 100k blocks.</summary>
    [Test]
    public void Mooncake_chats_are_found_again_as_the_trace_is()
    {
        PrefixReuse reuse = PrefixReuse.Of(TraceGenerator.Generate(GeneratorPresets.Load("mooncake-chats"), 12_031, 1))!;
        Assert.That((double)reuse.HitBlocks / reuse.Blocks, Is.EqualTo(0.366).Within(0.03));
        Assert.That(reuse.LruHitRatio, Is.EqualTo(new[] { 0.044, 0.065, 0.211, 0.326, 0.364 }).Within(0.03));
    }

    /// <summary>0.972 of the blocks of later turns; half of the sessions have 44 turns or fewer, 68 in the mean.</summary>
    [Test]
    public void Claude_code_sessions_keep_their_contexts_as_the_logs_do()
    {
        Trace trace = TraceGenerator.Generate(GeneratorPresets.Load("claude-code-sessions"), 40_000, 1);
        PrefixReuse reuse = PrefixReuse.Of(trace)!;
        SessionStatistics sessions = SessionStatistics.Of(trace)!;
        Assert.That((double)reuse.HitLaterBlocks / reuse.LaterBlocks, Is.EqualTo(0.972).Within(0.02));
        Assert.That(sessions.MeanTurns, Is.EqualTo(67.7).Within(10).Percent);
    }

    [TestCase("\"groups\": 0", "groups: expected at least 1, found 0")]
    [TestCase("\"reuse_share\": 2", "reuse_share: expected a number from 0 to 1, found 2")]
    [TestCase("\"reuse_share\": 0.5", "reuse_share needs reuse_tokens")]
    public void A_specification_that_cannot_be_drawn_is_refused(string key, string message)
    {
        string json = """
            {"name": "x", "arrivals": {"kind": "poisson", "rate_per_s": 1}, "input": {"kind": "constant", "tokens": 9},
             "output": {"kind": "constant", "tokens": 9}, "prompts": {"kind": "chat", "system_tokens": {"kind": "constant", "tokens": 9},
             "turns": {"kind": "geometric", "success": 0.5}, "think_s": {"weights": [1], "mu": [0], "sigma": [0]},
             "growth": {"kind": "constant", "tokens": 9}, KEY}}
            """.Replace("KEY", key, StringComparison.Ordinal);
        Assert.That(
            () => GeneratorJson.Parse(Encoding.UTF8.GetBytes(json), "x.json"),
            Throws.TypeOf<InputException>().With.Message.Contains(message));
    }
}
