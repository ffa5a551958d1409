using ELLM.Sim.Time;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;
using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Sessions;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload.Sessions;

/// <summary>Traces drawn from sessions: blocks of whole sessions, and copies that are other sessions like the first.</summary>
internal sealed class SessionDrawTests
{
    private static readonly Trace Chats = TraceGenerator.Generate(
        new GeneratorSpec("c", new PoissonArrivals(1), new UniformLengths(60, 90), new ConstantLengths(20))
        {
            Prompts = new ChatPrompts(
                new ConstantLengths(50), new UniformLengths(1, 5), new LognormalMixture([1], [0], [0]), new ConstantLengths(30)),
        },
        300, 1);

    [Test]
    public void A_draw_has_whole_sessions_and_their_think_times()
    {
        Trace drawn = BlockBootstrap.Resample(Chats, 5);
        SessionPlan plan = drawn.Find<SessionPlan>()!;
        Assert.That(drawn.Count, Is.InRange(300, 305));
        Assert.That(drawn.ArrivalPs, Is.Ordered);
        foreach (IGrouping<int, int> session in Enumerable.Range(0, drawn.Count).GroupBy(i => plan.Session[i]))
        {
            int[] turns = [.. session];
            Assert.That(turns.Select(i => plan.Turn[i]), Is.EqualTo(Enumerable.Range(0, turns.Length)));
            Assert.That(turns.Skip(1).Select(i => drawn.ArrivalPs[i] - drawn.ArrivalPs[turns[0]]),
                Is.EqualTo(Enumerable.Range(1, turns.Length - 1).Select(i => i * SimTime.PsPerSecond)));
        }
    }

    [Test]
    public void An_extended_trace_keeps_think_times_at_any_rate()
    {
        ExtendedTrace extended = new(Chats, 10, 1000, 1);
        Trace slow = extended.At(1), fast = extended.At(50);
        Assert.That(slow.Count, Is.EqualTo(fast.Count));
        Assert.That(TraceRate.Of(fast), Is.EqualTo(50).Within(10).Percent);
        Assert.That(slow.Find<SessionPlan>()!.ThinkPs.Sum(), Is.EqualTo(fast.Find<SessionPlan>()!.ThinkPs.Sum()));
        Assert.That(slow.Count, Is.GreaterThan(extended.Lead + extended.Requests));
    }

    /// <summary>All sessions begin with the same 50 tokens. A copy shares these with the original, and nothing else.</summary>
    [Test]
    public void A_copy_of_a_session_shares_what_all_sessions_share()
    {
        PromptPrefixes original = Chats.Find<PromptPrefixes>()!;
        SessionPlan plan = Chats.Find<SessionPlan>()!;
        int first = Enumerable.Range(0, Chats.Count).First(i => plan.Turn[i] == 0 && plan.Next[i] >= 0);
        int[] rows = [first, plan.Next[first], first, plan.Next[first]];
        PromptPrefixes picked = Chats.Pick(rows, [0, 1, 2, 3]).Find<PromptPrefixes>()!;
        Assert.That(picked.Prompt[..2], Is.EqualTo(new[] { original.Prompt[first], original.Prompt[plan.Next[first]] }));
        Assert.That(picked.Tree.Common(picked.Prompt[0], picked.Prompt[2]), Is.EqualTo(50));
        Assert.That(picked.Tree.Common(picked.Answer[2], picked.Prompt[3]), Is.EqualTo(Chats.InputTokens[first] + 20));
        Assert.That(picked.Prompt.Select(p => picked.Tree.Depth[p]), Is.EqualTo(rows.Select(r => Chats.InputTokens[r])));
    }
}
