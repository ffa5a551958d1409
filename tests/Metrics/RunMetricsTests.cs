using ELLM.Sim.Memory;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

internal sealed class RunMetricsTests
{
    [FsCheck.NUnit.Property(Replay = "31,37", MaxTest = 300)]
    public void Integrals_do_not_depend_on_where_spans_are_cut(
        ushort first, byte growth, byte steps, ushort live, byte decodes, bool blocked, int seed)
    {
        IterationSpan whole = Span(first + 1L, growth, steps + 1L, live, decodes % 64, blocked);
        RunMetrics expected = new();
        expected.Span(whole);

        RunMetrics actual = new();
        Random random = new(seed);
        long at = 0;
        while (at < whole.Steps)
        {
            long count = random.NextInt64(1, whole.Steps - at + 1);
            actual.Span(Cut(whole, at, count));
            at += count;
        }
        AssertSame(actual, expected);
    }

    [Test]
    public void Integrals_are_the_sums_over_the_steps()
    {
        IterationSpan span = Span(100, 7, 20, 500, 9, blocked: true);
        RunMetrics metrics = new();
        metrics.Span(span);
        Int128 live = 0;
        Int128 allocated = 0;
        long time = 0;
        for (long j = 0; j < 20; j++)
        {
            long d = 100 + (7 * j);
            time += d;
            live += (Int128)d * (500 + (9 * j));
            allocated += (Int128)d * Allocated(span, j);
        }
        using (Assert.EnterMultipleScope())
        {
            Assert.That(metrics.BusyPs, Is.EqualTo(time));
            Assert.That(metrics.Kv.Live, Is.EqualTo(live));
            Assert.That(metrics.Kv.Internal, Is.EqualTo(allocated - live));
            Assert.That(metrics.Kv.External, Is.EqualTo((Int128)time * 10_000 - allocated));
            Assert.That(metrics.Kv.Idle, Is.EqualTo((Int128)0));
            Assert.That(metrics.DecodeTokens, Is.EqualTo(180));
        }
    }

    [Test]
    public void Contiguous_capacity_splits_into_live_reserved_internal_external_and_idle()
    {
        IterationSpan span = new()
        {
            StartPs = 0,
            EndPs = 15,
            StallPs = 5,
            Steps = 1,
            Durations = new StepSeries(10, 0),
            DecodeSequences = 2,
            LiveTokens = 100,
            ContextTokens = 100,
            Kv = new KvSpan { CapacityTokens = 1000, AllocatedSum = 600, PlannedTokens = 150, RequestedTokens = 500 },
        };
        RunMetrics metrics = new();
        metrics.Span(span);
        KvUse kv = metrics.Kv;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(kv.LiveShare, Is.EqualTo(100 / 600.0));
            Assert.That(kv.ReservedShare, Is.EqualTo(50 / 600.0));
            Assert.That(kv.InternalShare, Is.EqualTo(350 / 600.0));
            Assert.That(kv.ExternalShare, Is.EqualTo(100 / 600.0));
            Assert.That(kv.Utilization, Is.EqualTo(0.1));
            Assert.That(kv.Live + kv.Reserved + kv.Internal + kv.External + kv.Idle, Is.EqualTo(kv.Capacity));
        }
    }

    private static IterationSpan Span(long first, long growth, long steps, long live, int decodes, bool blocked)
    {
        IterationSpan span = new()
        {
            Steps = steps,
            Durations = new StepSeries(first, growth),
            DecodeSequences = decodes,
            LiveTokens = live,
            ContextTokens = live,
            Waiting = 3,
            MemoryBlocked = blocked,
        };
        span.Kv.CapacityTokens = 10_000;
        span.EndPs = first * steps + (growth * steps * (steps - 1) / 2);
        Allocate(ref span);
        return span;
    }

    /// <summary>Steps [at, at + count) of a span as a span of its own.</summary>
    private static IterationSpan Cut(in IterationSpan whole, long at, long count)
    {
        IterationSpan part = whole;
        part.Steps = count;
        part.Durations = whole.Durations.After(at);
        part.StartPs = whole.Durations.Sum(at);
        part.EndPs = part.StartPs + part.Durations.Sum(count);
        part.LiveTokens = whole.LiveTokens + (at * whole.DecodeSequences);
        part.ContextTokens = part.LiveTokens;
        part.Kv.AllocatedSum = 0;
        part.Kv.AllocatedMoment = 0;
        Allocate(ref part);
        return part;
    }

    /// <summary>Some allocation that depends on the step alone: live tokens rounded up to 16.</summary>
    private static long Allocated(in IterationSpan span, long j) => (span.LiveTokens + (j * span.DecodeSequences) + 15) / 16 * 16;

    private static void Allocate(ref IterationSpan span)
    {
        for (long j = 0; j < span.Steps; j++)
        {
            span.Kv.AllocatedSum += Allocated(span, j);
            span.Kv.AllocatedMoment += j * Allocated(span, j);
        }
    }

    private static void AssertSame(RunMetrics actual, RunMetrics expected)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(actual.Kv, Is.EqualTo(expected.Kv));
            Assert.That(actual.Calls, Is.EqualTo(expected.Calls));
            Assert.That(actual.Activations, Is.EqualTo(expected.Activations));
            Assert.That(actual.BusyPs, Is.EqualTo(expected.BusyPs));
            Assert.That(actual.DecodeBusyPs, Is.EqualTo(expected.DecodeBusyPs));
            Assert.That(actual.Iterations, Is.EqualTo(expected.Iterations));
            Assert.That(actual.BatchIntegral, Is.EqualTo(expected.BatchIntegral));
            Assert.That(actual.QueueIntegral, Is.EqualTo(expected.QueueIntegral));
            Assert.That(actual.DecodeContextTokens, Is.EqualTo(expected.DecodeContextTokens));
        }
    }
}
