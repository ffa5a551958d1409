using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

/// <summary>A host of 100 tokens of four layers, 10 bytes a token: a GB/s is a byte a nanosecond, so a token takes 10,000 ps.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class HostTrafficTests
{
    private static readonly LinkCost Link = new(1, 0, 1);

    private readonly EventQueue _events = new();

    private ReplicaSeat Seat => new(0, new RecordTable([]), _events, null);

    [Test]
    public void Without_host_memory_nothing_fits()
    {
        HostTraffic host = new(null, 4, 10, Seat);
        Assert.That((host.Fits(1), host.Fits(1, 1), host.LayersToKeep(8, long.MaxValue)), Is.EqualTo((false, false, -1)));
        Assert.That(() => host.SwapOut(0, 0, 1), Throws.InvalidOperationException);
    }

    [Test]
    public void Room_is_counted_to_the_byte()
    {
        HostTraffic host = Host();
        host.SwapOut(0, 0, 60);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((host.Fits(40), host.Fits(41), host.Fits(80, 2), host.Fits(81, 2)), Is.EqualTo((true, false, true, false)));
            Assert.That((host.UsedBytes, host.UsedTokens), Is.EqualTo((600L, 60L)));
            Assert.That(() => host.SwapOut(1, 1, 41), Throws.InvalidOperationException);
            Assert.That(() => host.Release(0, 61), Throws.InvalidOperationException);
        }
        host.Release(0, 60);
        Assert.That(host.UsedBytes, Is.Zero);
    }

    [Test]
    public void Swapping_both_ways_stalls_the_next_iteration_by_latency_and_rate_of_each_direction()
    {
        HostTraffic host = new(new HostMemory(1000, new LinkCost(25, 5_000_000, 1), new LinkCost(10, 1_000_000, 1)), 4, 10, Seat);
        host.SwapOut(3, 7, 100);
        Assert.That(host.StallPs, Is.EqualTo(5_040_000));
        Assert.That(host.TakeParked(), Is.EqualTo(3));
        host.Fetch(3, 100);
        Assert.That(host.StallPs, Is.EqualTo(5_040_000 + 1_100_000));
        host.EndIteration();
        Assert.That(host.StallPs, Is.Zero);
        RunCounters counters = default;
        host.AddTo(ref counters);
        Assert.That((counters.SwappedOutBytes, counters.SwappedInBytes), Is.EqualTo((1000L, 1000L)));
    }

    [Test]
    public void The_earliest_request_comes_back_first()
    {
        HostTraffic host = Host();
        host.SwapOut(slot: 5, request: 9, tokens: 10);
        host.SwapOut(slot: 2, request: 4, tokens: 10);
        host.SwapOut(slot: 8, request: 6, tokens: 10);
        Assert.That(host.EarliestParked, Is.EqualTo(2));
        Assert.That(new[] { host.TakeParked(), host.TakeParked(), host.TakeParked() }, Is.EqualTo(new[] { 2, 8, 5 }));
    }

    [Test]
    public void Background_fetches_queue_on_the_link_and_end_with_events()
    {
        HostTraffic host = Host();
        host.SwapOut(0, 0, 10);
        host.SwapOut(1, 1, 20);
        host.EndIteration();
        host.FetchInBackground(host.TakeParked(), 10, nowPs: 1000);
        host.FetchInBackground(host.TakeParked(), 20, nowPs: 2000);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((host.StallPs, host.Fetching), Is.EqualTo((0L, 2)), "no iteration waits");
            Assert.That(_events.NextTimePs, Is.EqualTo(101_000));
            Assert.That(host.TakeFetched(100_999), Is.EqualTo(-1));
            Assert.That((host.TakeFetched(101_000), host.TakeFetched(101_000)), Is.EqualTo((0, -1)));
            Assert.That((host.TakeFetched(300_999), host.TakeFetched(301_000)), Is.EqualTo((-1, 1)), "one after the other");
        }
    }

    [Test]
    public void A_streamed_prompt_waits_only_for_what_the_iteration_does_not_hide()
    {
        HostTraffic host = Host();
        host.Stream(slot: 0, tokens: 40, awayLayers: 3);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((host.Streams(0), host.AwayLayers(0), host.UsedBytes, host.StreamedTokens), Is.EqualTo((true, 3, 300L, 30)));
            Assert.That((host.GpuTokens(0, 40), host.GpuTokens(0, 3), host.GpuTokens(1, 40)), Is.EqualTo((10, 0, 40)));
        }
        host.WaitForStream(0, durationPs: 250_000);
        Assert.That(host.StallPs, Is.EqualTo(50_000), "300 bytes take 300,000 ps");
        host.ParkStreamed(0, request: 3);
        Assert.That((host.Streams(0), host.AwayLayers(0), host.Parked), Is.EqualTo((false, 3, 1)), "its layers are there");
        host.Release(host.TakeParked(), 40);
        Assert.That((host.AwayLayers(0), host.UsedBytes), Is.EqualTo((0, 0L)));
    }

    [Test]
    public void What_is_needed_no_more_is_counted_as_dropped()
    {
        HostTraffic host = Host();
        host.Stream(0, 40, 2);
        host.Drop(0, 40);
        RunCounters counters = default;
        host.AddTo(ref counters);
        Assert.That((counters.DroppedHostBytes, host.UsedBytes, host.Streams(0)), Is.EqualTo((200L, 0L, false)));
    }

    [TestCase(400_000, 0)]
    [TestCase(399_999, 1)]
    [TestCase(100_000, 3)]
    [TestCase(99_999, -1)]
    public void The_fewest_layers_are_kept_that_let_the_link_copy_the_others_in_time(long withinPs, int kept) =>
        Assert.That(Host().LayersToKeep(40, withinPs), Is.EqualTo(kept));

    [Test]
    public void What_streams_already_takes_of_that_time()
    {
        HostTraffic host = Host();
        host.Stream(0, 40, 2);
        Assert.That(host.LayersToKeep(40, 400_000), Is.EqualTo(2));
        host.BeginIteration();
        Assert.That(host.LayersToKeep(40, 400_000), Is.Zero);
    }

    /// <summary>Both directions at 0.8 of their rate: 100,000 ps of stream beside 300,000 ps of fetch take 125,000 and 325,000.</summary>
    [Test]
    public void A_stream_and_fetches_slow_each_other_down()
    {
        LinkCost shared = new(1, 0, 0.8);
        HostTraffic host = new(new HostMemory(1000, shared, shared), 4, 10, Seat);
        host.SwapOut(0, 0, 30);
        host.EndIteration();
        host.FetchInBackground(host.TakeParked(), 30, 0);
        host.Stream(1, 10, 4);
        host.WaitForStream(0, durationPs: 100_000);
        Assert.That(host.StallPs, Is.EqualTo(25_000));
        Assert.That((host.TakeFetched(324_999), host.TakeFetched(325_000)), Is.EqualTo((-1, 0)));
    }

    [TestCase(100, 300, 125)]
    [TestCase(300, 100, 325)]
    [TestCase(100, 100, 125)]
    [TestCase(100, 0, 100)]
    public void Directions_share_the_link_until_the_shorter_ends(long alone, long other, long expected)
    {
        LinkCost shared = new(25, 0, 0.8);
        Assert.That(new HostTraffic(new HostMemory(100, shared, shared), 4, 10, Seat).Beside(alone, other), Is.EqualTo(expected));
    }

    private HostTraffic Host() => new(new HostMemory(1000, Link, Link), 4, 10, Seat);
}
