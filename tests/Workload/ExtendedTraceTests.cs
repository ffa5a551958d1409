using ELLM.Sim.Time;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

internal sealed class ExtendedTraceTests
{
    private static readonly Trace Chat = ShippedTraces.Read("chat").Trace;

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(50)]
    public void Every_request_counts_the_same(int block)
    {
        ExtendedTrace extended = new(Chat, block, 3 * Chat.Count, 5);
        Trace at = extended.At(2);
        Assert.That(extended.Requests, Is.EqualTo(3 * Chat.Count));
        Assert.That(
            Measured(at.InputTokens, extended).Order(),
            Is.EqualTo(Chat.InputTokens.Concat(Chat.InputTokens).Concat(Chat.InputTokens).Order()));
    }

    [Test]
    public void Measured_requests_come_at_the_rate_asked_for()
    {
        foreach (double rate in (double[])[0.01, 3.3, 4000])
        {
            ExtendedTrace extended = new(Chat, 20, 5000, 1);
            long[] at = extended.At(rate).ArrivalPs;
            double seconds = (at[extended.Lead + extended.Requests] - at[extended.Lead]) / (double)SimTime.PsPerSecond;
            Assert.That(extended.Requests / seconds, Is.EqualTo(rate).Within(1e-6).Percent);
            Assert.That(at, Is.Ordered);
        }
    }

    [Test]
    public void Blocks_keep_neighbours_and_their_gaps_together()
    {
        const int block = 25;
        Trace named = new(
            "t", [.. Enumerable.Range(0, 500).Select(i => (long)i * i)], [.. Enumerable.Range(1, 500)], [.. Enumerable.Repeat(1, 500)]);
        Trace at = new ExtendedTrace(named, block, 2000, 3).At(1);
        int together = Enumerable.Range(1, at.Count - 1).Count(i => at.InputTokens[i] == at.InputTokens[i - 1] + 1);
        Assert.That(together, Is.EqualTo(at.Count * (1 - (1.0 / block))).Within(0.03 * at.Count));
    }

    [Test]
    public void Requests_of_one_instant_stay_so_at_any_rate()
    {
        Trace bursts = new(
            "bursts", [.. Enumerable.Range(0, 60).Select(i => i / 6 * SimTime.PsPerSecond)],
            [.. Enumerable.Repeat(1, 60)], [.. Enumerable.Repeat(1, 60)]);
        Trace at = new ExtendedTrace(bursts, 6, 600, 1).At(0.001);
        Assert.That(
            Enumerable.Range(1, at.Count - 1).Count(i => at.ArrivalPs[i] == at.ArrivalPs[i - 1]),
            Is.EqualTo(at.Count * 5 / 6.0).Within(0.06 * at.Count));
    }

    [Test]
    public void A_rate_beyond_the_clock_is_one_line() =>
        Assert.That(
            () => new ExtendedTrace(Chat, 1, 20_000, 1).At(1e-5),
            Throws.InstanceOf<InputException>().With.Message.Contains("beyond the simulator's clock"));

    [Test]
    public void Blocks_are_as_long_as_what_they_hold_together()
    {
        Trace Drawn(ArrivalSpec arrivals, ulong seed) =>
            TraceGenerator.Generate(new GeneratorSpec("t", arrivals, new UniformLengths(1, 100), new UniformLengths(1, 100)), 5000, seed);
        int[] alone = [.. Enumerable.Range(1, 20).Select(seed => BlockLength.Of(Drawn(new PoissonArrivals(1), (ulong)seed)))];
        Trace quiet = Drawn(new PoissonArrivals(0.2), 1), busy = Drawn(new PoissonArrivals(5), 2);
        // Five hundred requests of one rate, five hundred of the other.
        long now = 0;
        long[] at = new long[5000];
        for (int i = 1; i < at.Length; i++)
        {
            Trace phase = i / 500 % 2 == 0 ? quiet : busy;
            at[i] = now += phase.ArrivalPs[i] - phase.ArrivalPs[i - 1];
        }
        using (Assert.EnterMultipleScope())
        {
            Assert.That(alone.Order().ElementAt(10), Is.LessThanOrEqualTo(2), "independent requests");
            Assert.That(BlockLength.Of(quiet.At(at)), Is.GreaterThan(100), "a rate that changes every 500 requests");
            Trace equal = new(
                "equal", [.. Enumerable.Range(0, 100).Select(i => i * 7L)],
                [.. Enumerable.Repeat(3, 100)], [.. Enumerable.Repeat(3, 100)]);
            Assert.That(BlockLength.Of(equal), Is.EqualTo(1), "nothing varies");
        }
    }

    private static int[] Measured(int[] column, ExtendedTrace extended) => column[extended.Lead..(extended.Lead + extended.Requests)];
}
