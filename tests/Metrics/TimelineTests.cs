using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

internal sealed class TimelineTests
{
    [FsCheck.NUnit.Property(Replay = "41,43", MaxTest = 200)]
    public void Coarsened_rows_are_those_of_the_final_spacing(FsCheck.NonEmptyArray<byte> gaps)
    {
        Timeline growing = new(maxRows: 8, spacingPs: 10);
        long time = 0;
        List<long> boundaries = [];
        for (int repeat = 0; repeat < 5; repeat++)
        {
            foreach (byte gap in gaps.Get)
            {
                boundaries.Add(time);
                growing.Add(At(time));
                time += gap + 1;
            }
        }
        Timeline constant = new(maxRows: 1000, spacingPs: growing.SpacingPs);
        foreach (long boundary in boundaries)
            constant.Add(At(boundary));
        Assert.That(growing.Rows.ToArray(), Is.EqualTo(constant.Rows.ToArray()));
    }

    [Test]
    public void Rows_never_exceed_the_limit()
    {
        Timeline timeline = new(maxRows: 16, spacingPs: 1);
        for (long t = 0; t < 10_000; t++)
            timeline.Add(At(t));
        Assert.That(timeline.Rows.Length, Is.InRange(8, 16));
        Assert.That(timeline.Rows[0].TimePs, Is.Zero);
    }

    private static ReplicaSample At(long time) => new(0, time, 0, 0, 0, 0, 0, 0, 0, 0);
}
