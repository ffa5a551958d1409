using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

internal sealed class RunningSpanTests
{
    [FsCheck.NUnit.Property(Replay = "73,79", MaxTest = 300)]
    public void Steps_follow_each_other_after_the_stalls(ushort first, byte growth, byte map, byte transfer, byte gpu, byte steps)
    {
        SpanStalls stalls = new(map, transfer, gpu);
        RunningSpan span = new();
        span.StartDecode(1000, stalls, new StepSeries(first, growth), steps + 1);
        long end = 1000 + map + transfer + gpu;
        Assert.That(span.ComputeStartPs, Is.EqualTo(end));
        for (int j = 0; j <= steps; j++)
        {
            Assert.That(span.StartOf(j), Is.EqualTo(j == 0 ? 1000 : end), "the stalls belong to the first step");
            end += first + (j * growth);
            Assert.That(span.StartPs + span.Duration(j + 1), Is.EqualTo(end));
        }
        Assert.That(span.EndPs, Is.EqualTo(end));
    }

    [FsCheck.NUnit.Property(Replay = "83,89", MaxTest = 1000)]
    public void Cut_is_the_first_boundary_at_or_after_the_instant(ushort first, byte growth, byte stall, byte steps, uint at)
    {
        RunningSpan span = Decoding(first + 1L, growth % 20, stall, steps + 1L);
        long uncut = span.EndPs;
        long ps = at % (uncut + 2);
        long expected = 1;
        while (expected <= steps && span.Duration(expected) < ps)
            expected++;
        bool sooner = span.CutAt(ps);
        Assert.That(span.Steps, Is.EqualTo(expected));
        Assert.That(span.EndPs, Is.EqualTo(span.Duration(expected)));
        Assert.That(sooner, Is.EqualTo(span.EndPs < uncut));
    }

    [TestCase(1_000_000_000L, 0L, 2_147_483_647L)]
    [TestCase(1_000_000_000L, 1L, 2_147_483_647L)]
    [TestCase(25_000_000_000L, 100_000L, 3_000_000L)]
    [TestCase(1L, 1L, 2_147_483_647L)]
    [TestCase(1L, 0L, 2_147_483_647L)]
    public void Cuts_of_long_spans_are_exact_at_every_boundary(long first, long growth, long steps)
    {
        for (int i = 0; i < 200; i++)
        {
            long wanted = Math.Max(2, steps / 200 * i);
            foreach (int off in new[] { -1, 0, 1 })
            {
                RunningSpan span = Decoding(first, growth, 0, steps);
                long ps = span.Duration(wanted) + off;
                long before = span.Duration(wanted - 1);
                span.CutAt(ps);
                Assert.That(span.Steps, Is.EqualTo(off <= 0 && ps > before ? wanted : off <= 0 ? wanted - 1 : wanted + 1));
            }
        }
    }

    [Test]
    public void An_iteration_with_prompt_chunks_is_one_step_and_never_cut()
    {
        RunningSpan span = new();
        span.StartIteration(5, new SpanStalls(2, 0, 0), 10, decodeOnlyPs: null);
        Assert.That(span.CutAt(6), Is.False);
        Assert.That((span.EndPs, span.Steps, span.WithDecodes, span.DecodeOnlyPs), Is.EqualTo((17L, 1L, false, 0L)));
    }

    [TestCase(4, 4)]
    [TestCase(12, 10)]
    public void Decodes_alone_would_take_no_longer_than_the_mixed_iteration(long decodeOnlyPs, long expected)
    {
        RunningSpan span = new();
        span.StartIteration(0, default, 10, decodeOnlyPs);
        Assert.That((span.WithDecodes, span.DecodeOnlyPs), Is.EqualTo((true, expected)));
    }

    [Test]
    public void Its_last_step_hid_background_work_only_from_what_starts_at_its_end()
    {
        RunningSpan span = Decoding(10, 1, 3, 4);
        span.Finish();
        Assert.That((span.LastStepPs(span.EndPs), span.LastStepPs(span.EndPs + 1)), Is.EqualTo((13L, 0L)));
        Assert.That(new RunningSpan().LastStepPs(0), Is.Zero, "nothing has run");
    }

    [Test]
    public void A_second_span_beside_the_first_is_refused()
    {
        RunningSpan span = Decoding(1, 0, 0, 1);
        Assert.That(() => span.StartIteration(10, default, 10, null), Throws.InvalidOperationException);
        span.Finish();
        Assert.That(() => span.StartIteration(10, default, 10, null), Throws.Nothing);
    }

    [Test]
    public void A_span_beyond_the_clock_says_so() =>
        Assert.That(() => Decoding(1L << 40, 0, 0, 1L << 30), Throws.InstanceOf<InputException>().With.Message.Contains("106 days"));

    private static RunningSpan Decoding(long first, long growth, long stall, long steps)
    {
        RunningSpan span = new();
        span.StartDecode(0, new SpanStalls(stall, 0, 0), new StepSeries(first, growth), steps);
        return span;
    }
}
