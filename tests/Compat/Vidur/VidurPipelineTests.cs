using ELLM.Sim.Compat.Vidur;
using ELLM.Sim.Compat.Vidur.Tables;
using NUnit.Framework;
using static ELLM.Sim.Tests.Compat.Vidur.Micro;

namespace ELLM.Sim.Tests.Compat.Vidur;

/// <summary>Stages, replicas and routing, worked out by hand.</summary>
[TestFixture]
public sealed class VidurPipelineTests
{
    /// <summary>
    /// Two stages of 1 s, the first 0.5 s longer for sending, one request a micro-batch. A: stage 0 until 1.5, stage 1 until 2.5, its
    /// decode waits for stage 0 until 3, ends at 5.5. B: stage 0 from 1.5 to 3, stage 1 until 4, decode from 4.5 to 6 and to 7.
    /// </summary>
    [Test]
    public void Pipeline_two_micro_batches_overlap()
    {
        VidurConfig config = Config(VidurScheduler.Vllm, 16) with { PipelineStages = 2, BatchCap = 2 };
        FunctionTable table = new((op, _) => op switch
        {
            VidurOperator.Add => 1000,
            VidurOperator.SendReceive => 500,
            _ => 0,
        });
        VidurRunResult run = VidurRun.Execute(config, [At(0, 4, 2), At(0, 4, 2)], table);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(FirstToken(run), Is.EqualTo(new double?[] { 2.5, 4 }));
            Assert.That(Finish(run), Is.EqualTo(new double?[] { 5.5, 7 }));
            Assert.That(FirstScheduled(run), Is.EqualTo(new double?[] { 0, 0 }));
            Assert.That(run.Iterations, Is.EqualTo(4));
            Assert.That(run.Requests[0].ExecutionTime, Is.EqualTo(5));
            Assert.That(run.Requests[0].PreemptedTime, Is.EqualTo(0.5));
        }
    }

    [Test]
    public void Round_robin_takes_replicas_in_turn() =>
        Assert.That(Replicas(VidurRouting.RoundRobin, new VidurQuirks()), Is.EqualTo(new[] { 0, 1, 0, 1 }));

    /// <summary>The first two come together and are spread; then both queues are empty again and ties go to the first replica.</summary>
    [Test]
    public void Least_outstanding_counts_waiting_requests_only_ties_to_the_first() =>
        Assert.That(Replicas(VidurRouting.LeastOutstanding, new VidurQuirks()), Is.EqualTo(new[] { 0, 1, 0, 0 }));

    /// <summary>Counting the running ones, the third goes to the first replica at a tie, the fourth to the other.</summary>
    [Test]
    public void Least_outstanding_counting_running_requests_spreads() =>
        Assert.That(
            Replicas(VidurRouting.LeastOutstanding, new VidurQuirks { RouteByWaitingOnly = false }),
            Is.EqualTo(new[] { 0, 1, 0, 1 }));

    [Test]
    public void Random_is_fixed_by_the_seed()
    {
        VidurConfig config = Config(VidurScheduler.Vllm, 64) with { Routing = VidurRouting.Random, Replicas = 2 };
        VidurArrival[] many = [.. Enumerable.Range(0, 64).Select(i => At(i, 4, 2))];
        int[] seed42 = [.. Run(config, many).Requests.Select(request => request.Replica)];
        int[] again = [.. Run(config, many).Requests.Select(request => request.Replica)];
        int[] seed7 = [.. Run(config with { Seed = 7 }, many).Requests.Select(request => request.Replica)];
        Assert.That((again.SequenceEqual(seed42), seed7.SequenceEqual(seed42), seed42.Sum() is > 16 and < 48),
            Is.EqualTo((true, false, true)));
    }

    [Test]
    public void Together_arrived_are_scheduled_together() =>
        Assert.That(Run(Config(VidurScheduler.Vllm, 16), At(2, 4, 1), At(2, 4, 1)).Iterations, Is.EqualTo(1));

    [Test]
    public void Time_limit_ends_the_run_at_the_first_event_beyond_it()
    {
        VidurRunResult run = Run(Config(VidurScheduler.Vllm, 16) with { TimeLimitS = 1.5 }, At(0, 4, 1), At(1, 4, 9));
        Assert.That((run.Unfinished, run.EndS), Is.EqualTo((1, 2.0)));
    }

    private static int[] Replicas(VidurRouting routing, VidurQuirks quirks)
    {
        VidurConfig config = Config(VidurScheduler.Vllm, 64) with { Routing = routing, Replicas = 2, Quirks = quirks };
        return [.. Run(config, At(0, 4, 8), At(0, 4, 8), At(0.25, 4, 8), At(1.25, 4, 8)).Requests.Select(request => request.Replica)];
    }
}
