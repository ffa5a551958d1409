using ELLM.Sim.Serving;
using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

internal sealed class PipelineStageTests
{
    [FsCheck.NUnit.Property(Replay = "73,79", MaxTest = 300)]
    public void Duration_is_the_sum_of_the_steps(ushort fixedPs, byte perContext, byte perLongest, byte sequences, ushort context, byte stall, byte steps)
    {
        DecodeCost cost = new(fixedPs, perContext, perLongest, long.MaxValue);
        PipelineStage stage = new();
        DecodeBatch batch = new(sequences, context, context / 2);
        stage.StartDecode(1000, stall, steps + 1, cost, batch);
        long end = 1000 + stall;
        for (int j = 0; j <= steps; j++)
        {
            DecodeBatch then = new(sequences, context + (j * sequences), (context / 2) + j);
            end += PipelineStage.FirstStep(cost, then);
            Assert.That(stage.StartPs + stage.Duration(j + 1), Is.EqualTo(end));
        }
        Assert.That(stage.EndPs, Is.EqualTo(end));
    }

    [FsCheck.NUnit.Property(Replay = "83,89", MaxTest = 1000)]
    public void Cut_is_the_first_boundary_at_or_after_the_instant(ushort first, byte growth, byte stall, byte steps, uint at)
    {
        PipelineStage stage = Span(first + 1L, growth % 20, stall, steps + 1L);
        long uncut = stage.EndPs;
        long ps = at % (uncut + 2);
        long expected = 1;
        while (expected <= steps && stage.Duration(expected) < ps)
            expected++;
        bool sooner = stage.CutAt(ps);
        Assert.That(stage.Steps, Is.EqualTo(expected));
        Assert.That(stage.EndPs, Is.EqualTo(stage.Duration(expected)));
        Assert.That(sooner, Is.EqualTo(stage.EndPs < uncut));
    }

    [TestCase(1_000_000_000L, 0L, 2_147_483_647L)]
    [TestCase(1_000_000_000L, 1L, 2_147_483_647L)]
    [TestCase(25_000_000_000L, 100_000L, 3_000_000L)]
    [TestCase(1L, 1L, 2_147_483_647L)]
    [TestCase(1L, 0L, 2_147_483_647L)]
    public void Cut_LargeNumbers_IsExactAtEveryBoundary(long first, long growth, long steps)
    {
        for (int i = 0; i < 200; i++)
        {
            long wanted = Math.Max(2, steps / 200 * i);
            foreach (int off in new[] { -1, 0, 1 })
            {
                PipelineStage stage = Span(first, growth, 0, steps);
                long ps = stage.Duration(wanted) + off;
                long before = stage.Duration(wanted - 1);
                stage.CutAt(ps);
                Assert.That(stage.Steps, Is.EqualTo(off <= 0 && ps > before ? wanted : off <= 0 ? wanted - 1 : wanted + 1));
            }
        }
    }

    [Test]
    public void Cut_OneStep_DoesNothing()
    {
        PipelineStage stage = new();
        stage.StartIteration(5, 2, 10);
        Assert.That(stage.CutAt(6), Is.False);
        Assert.That((stage.EndPs, stage.Steps, stage.GrowthPs), Is.EqualTo((17L, 1L, 0L)));
    }

    [Test]
    public void Start_WhileBusy_Throws()
    {
        PipelineStage stage = new();
        stage.StartIteration(0, 0, 10);
        Assert.That(() => stage.StartIteration(10, 0, 10), Throws.InvalidOperationException);
    }

    [Test]
    public void Start_BeyondTheClock_SaysSo() =>
        Assert.That(() => Span(1L << 40, 0, 0, 1L << 30), Throws.InstanceOf<InputException>().With.Message.Contains("106 days"));

    private static PipelineStage Span(long first, long growth, long stall, long steps)
    {
        PipelineStage stage = new();
        stage.StartDecode(0, stall, steps, new DecodeCost(first - growth, 0, growth, long.MaxValue), new DecodeBatch(1, 1, 1));
        return stage;
    }
}
