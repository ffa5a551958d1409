using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

/// <summary>Numbers that an observer is told, worked out by hand.</summary>
internal sealed class SpanReporterTests
{
    [Test]
    public void Spans_carry_the_batch_its_memory_and_the_queue_it_left()
    {
        SmallEngine engine = new SmallEngine([(6, 5), (6, 5), (6, 5)]).Arrived();
        engine.Run(0, Decision.Admit(6, 6), Decision.Admit(6, 6), Decision.Run(false, 1, Blocked.Memory));
        engine.Run(1000, Decision.Run(true, 2, Blocked.Memory));
        IterationSpan prefill = engine.Seen.Spans[0], decode = engine.Seen.Spans[1];
        using (Assert.EnterMultipleScope())
        {
            Assert.That((prefill.PrefillTokens, prefill.PrefillSequences, prefill.DecodeSequences), Is.EqualTo((12, 2, 0)));
            Assert.That((prefill.LiveTokens, prefill.ContextTokens, prefill.Waiting), Is.EqualTo((12L, 0L, 1)));
            Assert.That((prefill.Kv.AllocatedSum, prefill.Kv.CapacityTokens), Is.EqualTo((16L, 400L)));
            Assert.That((decode.PrefillTokens, decode.DecodeSequences, decode.Steps, decode.Waiting), Is.EqualTo((0, 2, 2L, 1)));
            Assert.That((decode.LiveTokens, decode.ContextTokens), Is.EqualTo((14L, 14L)));
            Assert.That(decode.Kv.AllocatedSum, Is.EqualTo(32), "16 tokens of blocks in both steps");
            Assert.That((decode.StartPs, decode.EndPs, decode.StallPs), Is.EqualTo((1000L, 3000L, 0L)));
        }
    }

    [Test]
    public void A_sample_is_taken_when_it_is_due_and_says_what_begins()
    {
        SmallEngine engine = new SmallEngine([(6, 5), (6, 5)]).Arrived();
        engine.Seen.NextSamplePs = 500;
        engine.Run(0, Decision.Admit(6, 6), Decision.Run(false, 1, Blocked.None));
        Assert.That(engine.Seen.Samples, Is.Empty);
        engine.Run(1000, Decision.Admit(6, 6), Decision.Run(true, 1, Blocked.None));
        Assert.That(engine.Seen.Samples, Is.EqualTo(new[]
        {
            new ReplicaSample(0, 1000, 0, 2, 0, 6, 6, 16, 400, 0) { IterationTokens = 7 },
        }));
    }
}
