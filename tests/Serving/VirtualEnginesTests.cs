using ELLM.Sim.Compat.Vidur;
using ELLM.Sim.Compat.Vidur.Tables;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Compat.Vidur;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

/// <summary>Virtual engines on pipeline stages, by hand. An iteration takes 1000 ps over all layers unless said otherwise.</summary>
internal sealed class VirtualEnginesTests
{
    /// <summary>Five layers on two stages are 3 and 2: 600 and 400 ps, and 50 ps to hand on.</summary>
    private static readonly Scenario Two = new() { Stages = 2, SendPs = 50, Clockwork = Clockwork.Plain };

    [Test]
    public void One_request_takes_every_stage_and_every_send_for_each_token()
    {
        RequestRecord record = Rig.Run(Two with { Asks = [new Ask(0, 8, 5)] }).Records[0];
        Assert.That((record.FirstTokenPs, record.FinishPs, record.Ledger.GpuWait), Is.EqualTo((1050L, 5250L, 0L)));
    }

    /// <summary>
    /// The first is on stage 0 until 650 and done at 1050; the second enters at 650, is handed on at 1300 and done at 1700.
    /// The decode of the first waits for stage 0 from 1050 to 1300, and ends at 2350 (stage 1 is free by 1950). That of the second
    /// finds stage 0 taken from 1700 to 1950: handed on at 2600, done at 3000.
    /// </summary>
    [Test]
    public void Micro_batches_of_two_requests_follow_each_other()
    {
        RequestRecord[] records = Rig.Run(Two with { Asks = [new Ask(0, 8, 2), new Ask(0, 8, 2)] }).Records;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(records.Select(r => r.FirstTokenPs), Is.EqualTo(new[] { 1050L, 1700 }));
            Assert.That(records.Select(r => r.FinishPs), Is.EqualTo(new[] { 2350L, 3000 }));
            Assert.That(records.Select(r => r.Ledger.GpuWait), Is.EqualTo(new[] { 250L, 900 }));
            Assert.That(records.Select(r => (int)r.Replica), Is.EqualTo(new[] { 0, 1 }));
        }
    }

    /// <summary>A decode jumps until a request arrives at 20 300: 19 steps of 1050 ps end at 19 950, the twentieth is under way.</summary>
    [Test]
    public void A_jump_ends_with_the_step_in_which_another_engine_gets_work()
    {
        Scenario scenario = Two with { Asks = [new Ask(0, 8, 100), new Ask(20_300, 8, 1)] };
        Unsampled seen = new();
        RequestRecord[] records = Rig.Run(scenario, observer: seen).Records;
        // Stage 0 is free at 19 950 + 650 = 20 600: the prompt is handed on at 21 250 and done at 21 650.
        Assert.That((records[1].FirstTokenPs, records[1].Ledger.GpuWait), Is.EqualTo((21_650L, 300L)));
        IterationSpan[] first = [.. seen.Spans.Where(span => span.Replica == 0)];
        Assert.That(first.Take(3).Select(span => span.Steps), Is.EqualTo(new[] { 1L, 19, 1 }), "prompt, jump, and a step beside the other");
        Assert.That(first[2].StartPs, Is.EqualTo(21_000L));
    }

    /// <summary>One-token requests, one a micro-batch, on four equal stages of 250 ps: after the first, one ends every 250 ps.</summary>
    [Test]
    public void Saturated_equal_stages_give_an_iteration_each_stage_time()
    {
        const int Requests = 100;
        Scenario scenario = new()
        {
            Stages = 4,
            Clockwork = Clockwork.Plain,
            MaxNumSeqs = 1,
            Asks = [.. Enumerable.Repeat(new Ask(0, 8, 1), Requests)],
        };
        // Seven layers on four stages: 2, 2, 2 and 1, so 286, 285, 286 and 143 ps; the widest stage paces the pipeline.
        long[] finishes = [.. Rig.Run(scenario).Records.Select(r => r.FinishPs).Order()];
        Assert.That(finishes[0], Is.EqualTo(1000));
        Assert.That((finishes[^1] - finishes[0]) / (double)(Requests - 1), Is.EqualTo(286).Within(1));
    }

    /// <summary>
    /// Saturated, a second an iteration on two equal stages, no time to send: Vidur's one scheduler with two micro-batches in flight
    /// and two virtual engines end with the same number of iterations and the same makespan when lengths are equal.
    /// </summary>
    [TestCase(8, 4)]
    [TestCase(16, 7)]
    public void Throughput_equals_that_of_the_compatibility_mode(int requests, int output)
    {
        VidurConfig config = Micro.Config(VidurScheduler.Vllm, 1000) with { PipelineStages = 2, BatchCap = requests };
        FunctionTable half = new((op, _) => op == VidurOperator.Add ? 500 : 0);
        VidurRunResult reference = VidurRun.Execute(config, [.. Enumerable.Repeat(Micro.At(0, 4, output), requests)], half);

        Scenario ours = new()
        {
            Stages = 2,
            Layers = 2,
            Clockwork = Clockwork.Plain,
            MaxNumSeqs = requests / 2,
            Asks = [.. Enumerable.Repeat(new Ask(0, 4, output), requests)],
        };
        RunOutcome outcome = Rig.Run(ours);
        Assert.That(outcome.Counters.Iterations, Is.EqualTo(reference.Iterations));
        Assert.That(outcome.EndPs / 1000.0, Is.EqualTo(reference.EndS).Within(1e-9));
    }

    /// <summary>Wants no samples, so that spans are cut only by the engine.</summary>
    private sealed class Unsampled : IServingObserver
    {
        public List<IterationSpan> Spans { get; } = [];

        public long NextSamplePs => long.MaxValue;

        public void Sample(in ReplicaSample sample)
        {
        }

        public void Span(in IterationSpan span) => Spans.Add(span);

        public void Gaps(long gapPs, long tokens)
        {
        }

        public void GapSeries(long firstPs, long growthPs, long steps, long tokens)
        {
        }

        public void Ended(int request, in RequestRecord record)
        {
        }
    }
}
