using ELLM.Sim.Compat.Vidur;
using NUnit.Framework;
using static ELLM.Sim.Tests.Compat.Vidur.Micro;

namespace ELLM.Sim.Tests.Compat.Vidur;

[TestFixture]
public sealed class VidurMetricsTests
{
    private static readonly VidurArrival[] ThreeAtOnce = [At(0, 4, 3), At(0, 4, 4), At(0, 4, 2)];

    /// <summary>The run of three requests on four blocks: B ended at 5, its first token came at 1, and its last restart left two
    /// outputs.</summary>
    [Test]
    public void Decode_time_divides_by_the_output_that_restarts_left()
    {
        VidurRequest b = Run(Config(VidurScheduler.Vllm, 4), ThreeAtOnce).Requests[1];
        Assert.That(((b.CompletedAt - b.FirstTokenAt) / b.Output, b.Output, b.OriginalOutput), Is.EqualTo(((double?)2, 2, 4)));
    }

    [Test]
    public void Times_are_since_arrival()
    {
        VidurRequest request = Run(Config(VidurScheduler.Vllm, 4), At(0, 4, 2), At(0.25, 4, 2)).Requests[1];
        Assert.That(
            (request.FirstScheduledAt - request.ArrivedAt, request.FirstTokenAt - request.ArrivedAt,
                request.CompletedAt - request.ArrivedAt),
            Is.EqualTo(((double?)0.75, (double?)1.75, (double?)2.75)));
    }

    /// <summary>
    /// Decodes of A at 2 and 3, a second after the previous iteration; of B at 2, and at 5 after its second prefill. C's token after
    /// its restart came with the prefill and counts no gap.
    /// </summary>
    [Test]
    public void Gaps_are_of_decode_tokens_only()
    {
        VidurTokenGaps gaps = new();
        VidurRun.Execute(Config(VidurScheduler.Vllm, 4), ThreeAtOnce, Second, gaps);
        Assert.That(gaps.Seconds, Is.EqualTo(new[] { 1.0, 1, 1, 1 }));
    }

    [Test]
    public void Stages_are_busy_while_they_run()
    {
        VidurReplicaMetrics metrics = Run(Config(VidurScheduler.Vllm, 4), At(1, 4, 1), At(3, 4, 1)).Replicas[0];
        // Busy from 1 to 2 and from 3 to 4; the second before the first sample does not count.
        Assert.That(metrics.StageBusyPercent[0].Mean, Is.EqualTo(200 / 3.0).Within(1e-9));
    }
}
