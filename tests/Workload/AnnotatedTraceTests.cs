using System.Text;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;
using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Sessions;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

/// <summary>Traces with sessions and prompts, written and read again.</summary>
internal sealed class AnnotatedTraceTests
{
    [TestCase("mooncake-chats", 400)]
    [TestCase("claude-code-sessions", 300)]
    [TestCase("shared-system-prompts", 200)]
    public void Own_csv_keeps_sessions_and_what_prompts_share(string preset, int count)
    {
        Trace trace = TraceGenerator.Generate(GeneratorPresets.Load(preset), count, 2);
        Trace read = Load.Text(Write(trace, TraceFormat.Csv)).Trace;
        PromptPrefixes before = trace.Find<PromptPrefixes>()!, after = read.Find<PromptPrefixes>()!;
        Assert.That(read.InputTokens, Is.EqualTo(trace.InputTokens));
        Assert.That(read.Find<SessionPlan>()?.Next, Is.EqualTo(trace.Find<SessionPlan>()?.Next));
        Assert.That(read.Find<SessionPlan>()?.ThinkPs, Is.EqualTo(trace.Find<SessionPlan>()?.ThinkPs));
        for (int i = 0; i < read.Count; i += 7)
        {
            for (int j = 0; j < read.Count; j += 11)
            {
                int shared = before.Tree.Common(before.Prompt[i], before.Prompt[j]);
                Assert.That(after.Tree.Common(after.Prompt[i], after.Prompt[j]), Is.EqualTo(shared));
            }
        }
    }

    [Test]
    public void Mooncake_lines_keep_blocks_and_delays()
    {
        Trace trace = TraceGenerator.Generate(GeneratorPresets.Load("mooncake-chats"), 300, 2);
        Trace read = Load.Text(Write(trace, TraceFormat.Mooncake), new TraceReadOptions { TimeUnit = TimeUnit.Milliseconds }).Trace;
        PrefixReuse before = PrefixReuse.Of(trace)!, after = PrefixReuse.Of(read)!;
        Assert.That((after.Blocks, after.HitBlocks), Is.EqualTo((before.Blocks, before.HitBlocks)));
        Assert.That(read.Find<SessionPlan>()!.Next.Count(n => n >= 0), Is.EqualTo(trace.Find<SessionPlan>()!.Next.Count(n => n >= 0)));
    }

    [Test]
    public void What_a_layout_cannot_hold_is_named()
    {
        Trace trace = TraceGenerator.Generate(GeneratorPresets.Load("mooncake-chats"), 30, 2);
        Assert.That(AnnotatedTraceWriter.Dropped(trace, TraceFormat.Csv), Is.Empty);
        Assert.That(AnnotatedTraceWriter.Dropped(trace, TraceFormat.Vidur), Is.EqualTo(new[] { "what prompts begin with", "sessions" }));
        Assert.That(Write(trace, TraceFormat.Vidur), Does.StartWith("arrived_at,num_prefill_tokens,num_decode_tokens\n"));
    }

    private static string Write(Trace trace, TraceFormat format)
    {
        using MemoryStream text = new();
        TraceWriter.Write(trace, text, format);
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
