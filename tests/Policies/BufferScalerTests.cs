using ELLM.Sim.Policies;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Policies;

internal sealed class BufferScalerTests
{
    [Test]
    public void Third_late_decode_of_five_iterations_halves_the_buffer_and_starts_anew()
    {
        BufferScaler scaler = Scaler(5, 3, 2, tpotFirst: true, 1000, 100);
        Late(scaler, true, false, true, false);
        Assert.That(scaler.LogicalBytes, Is.EqualTo(1000));
        Late(scaler, true);
        Assert.That(scaler.LogicalBytes, Is.EqualTo(500));
        Late(scaler, true, true);
        Assert.That(scaler.LogicalBytes, Is.EqualTo(500), "the count was cleared");
        Late(scaler, true);
        Assert.That(scaler.LogicalBytes, Is.EqualTo(250));
    }

    [Test]
    public void Violations_that_leave_the_window_do_not_count()
    {
        BufferScaler scaler = Scaler(5, 3, 2, tpotFirst: true, 1000, 100);
        Late(scaler, true, true, false, false, false, true);
        Assert.That(scaler.LogicalBytes, Is.EqualTo(1000));
    }

    [Test]
    public void Late_first_tokens_double_it_up_to_the_physical_size()
    {
        BufferScaler scaler = Scaler(5, 3, 2, tpotFirst: true, 1000, 100);
        Late(scaler, [.. Enumerable.Repeat(true, 6)]);
        Assert.That(scaler.LogicalBytes, Is.EqualTo(250));
        for (int i = 0; i < 20; i++)
            scaler.Count(lateDecode: false, lateFirstToken: true);
        Assert.That((scaler.LogicalBytes, scaler.CanGrow), Is.EqualTo((1000L, false)));
    }

    [TestCase(true, 500)]
    [TestCase(false, 2000)]
    public void Both_late_the_order_decides(bool tpotFirst, long bytes)
    {
        BufferScaler scaler = Scaler(5, 3, 2, tpotFirst, 2000, 100);
        Late(scaler, true, true, true);
        Assert.That(scaler.LogicalBytes, Is.EqualTo(1000));
        for (int i = 0; i < 3; i++)
            scaler.Count(lateDecode: true, lateFirstToken: true);
        Assert.That(scaler.LogicalBytes, Is.EqualTo(bytes));
    }

    [FsCheck.NUnit.Property(Replay = "71,73", MaxTest = 200)]
    public void Size_stays_between_floor_and_physical(int seed)
    {
        Random random = new(seed);
        BufferScaler scaler =
            Scaler(random.Next(1, 65), random.Next(1, 8), 1.01 + random.NextDouble(), random.Next(2) == 0, 1000, random.Next(0, 1200));
        for (int i = 0; i < 300; i++)
        {
            scaler.Count(random.Next(2) == 0, random.Next(2) == 0);
            Assert.That(scaler.LogicalBytes, Is.InRange(0, 1000));
        }
    }

    private static void Late(BufferScaler scaler, params bool[] decodes)
    {
        foreach (bool late in decodes)
            scaler.Count(late, lateFirstToken: false);
    }

    private static BufferScaler Scaler(int window, int hits, double alpha, bool tpotFirst, long physicalBytes, long floorBytes) => new(
        new StreamKnobs
        {
            SloWindow = window,
            SloHits = hits,
            SloAlpha = alpha,
            SloOrder = tpotFirst ? SloOrder.TpotFirst : SloOrder.TtftFirst,
            BufferFloorGib = floorBytes / (double)(1L << 30),
        },
        physicalBytes);
}
