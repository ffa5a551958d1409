using ELLM.Sim.Time;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Sessions;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload.Sessions;

/// <summary>Files whose turns wait for one another.</summary>
internal sealed class SessionTraceTests
{
    private const long Second = SimTime.PsPerSecond;

    private const string Chat = "{\"chat_id\": ";

    private const string Own = "arrival_s,input_tokens,output_tokens,session,turn,think_s\n";

    /// <summary>
    /// Two sessions and a request of none.
    /// <code>
    /// arrival  tokens     session  turn  think    prompt begins with
    /// 0        100 + 10   a        1              -
    /// 1        50 + 5     b        1              -
    /// 4        130 + 7    a        2     3        110 tokens of a: prompt and answer
    /// 5        20 + 1                             nothing known
    /// 9        90 + 9     a        3     5        90 tokens: all of it, the context was compacted
    /// </code>
    /// </summary>
    private const string Two = Own
        + "0,100,10,a,1,\n1,50,5,b,1,\n4,130,7,a,2,3\n5,20,1,,,\n9,90,9,a,3,5\n";

    [Test]
    public void Turns_follow_one_another_and_begin_with_the_last_prompt_and_answer()
    {
        Trace trace = Load.Text(Two).Trace;
        SessionPlan plan = trace.Find<SessionPlan>()!;
        PromptPrefixes prefixes = trace.Find<PromptPrefixes>()!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(plan.Next, Is.EqualTo(new[] { 2, -1, 4, -1, -1 }));
            Assert.That(plan.ThinkPs, Is.EqualTo(new[] { 0, 0, 3 * Second, 0, 5 * Second }));
            Assert.That(prefixes.Tree.Common(prefixes.Prompt[0], prefixes.Prompt[2]), Is.EqualTo(100));
            Assert.That(prefixes.Tree.Depth[prefixes.Answer[0]], Is.EqualTo(110));
            Assert.That(prefixes.Tree.Common(prefixes.Answer[0], prefixes.Prompt[2]), Is.EqualTo(110));
            Assert.That(prefixes.Tree.Common(prefixes.Prompt[2], prefixes.Prompt[4]), Is.EqualTo(90));
            Assert.That(prefixes.Answer[1], Is.EqualTo(-1));
            Assert.That(prefixes.Prompt[3], Is.EqualTo(-1));
        }
        SessionStatistics statistics = SessionStatistics.Of(trace)!;
        Assert.That((statistics.Sessions, statistics.MostTurns, statistics.Compactions, statistics.Resets), Is.EqualTo((2, 3, 1, 0)));
    }

    [Test]
    public void A_turn_without_a_time_comes_when_the_one_before_is_thought_over()
    {
        Trace trace = Load.Text(Own + "2,100,10,a,1,\n,130,7,a,2,3\n3,20,1,b,1,\n").Trace;
        Assert.That(trace.ArrivalPs, Is.EqualTo(new[] { 0, Second, 3 * Second }));
        Assert.That(trace.InputTokens, Is.EqualTo(new[] { 100, 20, 130 }));
    }

    [TestCase("--limit", 3, new[] { 100, 130, 90 })]
    [TestCase("--limit", 4, new[] { 100, 50, 130, 90 })]
    [TestCase("--limit", 1, new[] { 100, 130, 90 })]
    [TestCase("--skip", 1, new[] { 50, 20 })]
    public void A_limit_keeps_sessions_whole(string option, int count, int[] inputs)
    {
        TraceReadOptions options = option == "--limit" ? new() { Limit = count } : new() { Skip = count };
        Assert.That(Load.Text(Two, options).Trace.InputTokens, Is.EqualTo(inputs));
    }

    [Test]
    public void A_longer_limit_extends_a_shorter_one()
    {
        int[][] inputs = [.. Enumerable.Range(1, 5).Select(n => Load.Text(Two, new TraceReadOptions { Limit = n }).Trace.InputTokens)];
        for (int i = 1; i < inputs.Length; i++)
            Assert.That(inputs[i - 1], Is.SubsetOf(inputs[i]));
    }

    /// <summary>Three starts in 5 s with 5/3 requests each: 2/5 starts a second are 2/3 requests a second.</summary>
    [Test]
    public void A_rate_moves_sessions_as_a_whole()
    {
        Trace trace = Load.Text(Two).Trace, faster = TraceRate.Rescale(trace, 2.0 / 3 * 2);
        Assert.That(TraceRate.Of(trace), Is.EqualTo(2.0 / 3).Within(1e-12));
        Assert.That(TraceRate.Of(faster), Is.EqualTo(4.0 / 3).Within(1e-9));
        Assert.That(faster.ArrivalPs, Is.EqualTo(new[] { 0, Second / 2, 5 * Second / 2, 4 * Second, 9 * Second }));
        Assert.That(faster.InputTokens, Is.EqualTo(new[] { 100, 50, 20, 130, 90 }));
        Trace read = Load.Text(Two, new TraceReadOptions { RatePerSecond = 2.0 / 3 * 2 }).Trace;
        Assert.That(read.ArrivalPs, Is.EqualTo(faster.ArrivalPs));
    }

    [Test]
    public void A_session_that_is_picked_twice_is_two()
    {
        SessionPlan plan = Load.Text(Two).Trace.Find<SessionPlan>()!, twice = (SessionPlan)plan.Pick([0, 0, 2, 4, 2, 4, 3]);
        Assert.That(twice.Session, Is.EqualTo(new[] { 0, 1, 0, 0, 1, 1, -1 }));
        Assert.That(twice.Next, Is.EqualTo(new[] { 2, 4, 3, -1, 5, -1, -1 }));
    }

    [TestCase("0,100,10,a,1,\n4,130,7,a,1,3\n", ":3: expected turns of a session in their order, after turn 1, found turn 1")]
    [TestCase("4,100,10,a,1,\n0,130,7,a,2,3\n",
        ":3: expected turn 2 of the session not before turn 1, found a time that runs backwards")]
    [TestCase(",100,10,a,1,\n",
        ":2: expected a time of its own, or an earlier turn of its session and a think time, found none of them")]
    [TestCase("0,100,10,a,1,x\n", ":2: expected seconds in column think_s, found 'x'")]
    public void Sessions_that_contradict_are_refused_with_one_line(string rows, string message) =>
        Assert.That(Load.ErrorOf(Own + rows), Is.EqualTo(Load.Name + message));

    [Test]
    public void A_row_that_names_what_it_begins_like_shares_so_much()
    {
        PromptPrefixes prefixes = Load.Text(
            "arrival_s,input_tokens,output_tokens,like,shared_tokens\n0,100,10,,\n1,80,5,0,60\n2,90,5,1,70\n")
            .Trace.Find<PromptPrefixes>()!;
        Assert.That(prefixes.Tree.Common(prefixes.Prompt[0], prefixes.Prompt[1]), Is.EqualTo(60));
        Assert.That(prefixes.Tree.Common(prefixes.Prompt[1], prefixes.Prompt[2]), Is.EqualTo(70));
        Assert.That(prefixes.Tree.Common(prefixes.Prompt[0], prefixes.Prompt[2]), Is.EqualTo(60));
        Assert.That(Load.ErrorOf("arrival_s,input_tokens,output_tokens,like,shared_tokens\n0,100,10,,\n1,80,5,0,81\n"),
            Does.EndWith(":3: expected at most 80 tokens shared with row 0 in column shared_tokens, found 81"));
        Assert.That(Load.ErrorOf("arrival_s,input_tokens,output_tokens,like\n0,100,10,0\n"),
            Does.EndWith(":2: expected an earlier row with a prompt in column like, counted from 0, found 0"));
    }

    /// <summary>Blocks of 64, full ones only. Turn 2 keeps all of turn 1 and goes on behind its answer; turn 3 keeps one block.</summary>
    [Test]
    public void Flattened_agents_say_how_many_blocks_they_keep()
    {
        const string header =
            "session_id,agent,turn,t_s,model,input_tokens,output_tokens,hash_blocks,prefix_hit_blocks,think_time_s\n";
        const string turns = "1,main,1,0,m,200,10,3,0,0\n1,main,2,8,m,300,5,4,3,2\n1,main,3,9,m,150,5,2,1,1\n";
        Trace trace = Load.Text(header + turns + "1,agent_001,1,3,m,100,5,1,0,0\n",
            new TraceReadOptions { SessionRatePerSecond = 1 }).Trace;
        PromptPrefixes prefixes = trace.Find<PromptPrefixes>()!;
        SessionPlan plan = trace.Find<SessionPlan>()!;
        Assert.That(trace.InputTokens, Is.EqualTo(new[] { 200, 100, 300, 150 }));
        Assert.That(plan.Next, Is.EqualTo(new[] { 2, -1, 3, -1 }));
        Assert.That(plan.ThinkPs, Is.EqualTo(new[] { 0, 0, 2 * Second, Second }));
        Assert.That(prefixes.Tree.Common(prefixes.Answer[0], prefixes.Prompt[2]), Is.EqualTo(210));
        Assert.That(prefixes.Tree.Common(prefixes.Prompt[2], prefixes.Prompt[3]), Is.EqualTo(64));
        PrefixReuse reuse = PrefixReuse.Of(trace)!;
        Assert.That((reuse.Blocks, reuse.HitBlocks, reuse.LaterBlocks, reuse.HitLaterBlocks), Is.EqualTo((10L, 4L, 6L, 4L)));
        TraceReadOptions rate = new() { SessionRatePerSecond = 1 };
        Assert.That(Load.ErrorOf(header + "1,main,1,0,m,100,5,3,0,0\n", rate),
            Does.EndWith(":2: expected at most 2 blocks of 64 for a prompt of 100 tokens, found 3"));
        Assert.That(Load.ErrorOf(header + "1,main,1,0,m,200,5,3,1,0\n", rate),
            Does.EndWith(":2: expected at most 0 of the turn's blocks in the turn before, found 1 in prefix_hit_blocks"));
    }

    /// <summary>Blocks of 16, the last one partial. A chat with a parent goes on behind the parent's answer.</summary>
    [Test]
    public void Bailian_chats_go_on_behind_their_parents_answers()
    {
        PromptPrefixes prefixes = Load.Text(
            Chat + "1, \"parent_chat_id\": -1, \"timestamp\": 0.5, \"input_length\": 40, \"output_length\": 8,"
            + " \"hash_ids\": [1, 2, 3]}\n"
            + Chat + "2, \"parent_chat_id\": 1, \"timestamp\": 1.5, \"input_length\": 60, \"output_length\": 8,"
            + " \"hash_ids\": [1, 2, 4, 5]}\n"
            + Chat + "3, \"parent_chat_id\": 1, \"timestamp\": 2.5, \"input_length\": 50, \"output_length\": 8,"
            + " \"hash_ids\": [1, 6, 7, 8]}\n")
            .Trace.Find<PromptPrefixes>()!;
        Assert.That(prefixes.Tree.Common(prefixes.Answer[0], prefixes.Prompt[1]), Is.EqualTo(48));
        Assert.That(prefixes.Tree.Common(prefixes.Prompt[0], prefixes.Prompt[2]), Is.EqualTo(16));
        Assert.That(prefixes.Blocks, Is.EqualTo(new TraceBlocks(16, Partial: true)));
    }

    [Test]
    public void A_delay_counts_from_the_end_of_the_turn_before()
    {
        Trace trace = Load.Text("{\"session_id\":\"a\",\"timestamp\":0,\"input_length\":100,\"output_length\":100}\n"
            + "{\"session_id\":\"a\",\"delay\":500,\"input_length\":300,\"output_length\":10}\n").Trace;
        Assert.That(trace.Find<SessionPlan>()!.ThinkPs, Is.EqualTo(new[] { 0, Second / 2 }));
        Assert.That(trace.Find<SessionPlan>()!.Next, Is.EqualTo(new[] { 1, -1 }));
    }

    [Test]
    public void Nested_agents_share_blocks_within_their_session_only()
    {
        const string text = """
            {"id":"a","block_size":64,"requests":[
              {"t":0,"in":130,"out":9,"hash_ids":[1,2],"think_time":0},
              {"t":1,"type":"subagent","requests":[{"t":2,"in":100,"out":5,"hash_ids":[1],"think_time":0}]},
              {"t":9,"in":210,"out":9,"hash_ids":[1,2,3],"think_time":4}]}
            {"id":"b","block_size":64,"requests":[{"t":0,"in":64,"out":1,"hash_ids":[1],"think_time":0}]}
            """;
        Trace trace = Load.Text(text, new TraceReadOptions { SessionRatePerSecond = 0.001 }).Trace;
        PromptPrefixes prefixes = trace.Find<PromptPrefixes>()!;
        int main = Array.IndexOf(trace.InputTokens, 130), sub = Array.IndexOf(trace.InputTokens, 100);
        int later = Array.IndexOf(trace.InputTokens, 210), other = Array.IndexOf(trace.InputTokens, 64);
        Assert.That(prefixes.Tree.Common(prefixes.Prompt[main], prefixes.Prompt[sub]), Is.EqualTo(64));
        Assert.That(prefixes.Tree.Common(prefixes.Answer[main], prefixes.Prompt[later]), Is.EqualTo(139));
        Assert.That(prefixes.Tree.Common(prefixes.Prompt[main], prefixes.Prompt[other]), Is.EqualTo(0));
        Assert.That(trace.Find<SessionPlan>()!.Next[main], Is.EqualTo(later));
    }
}
