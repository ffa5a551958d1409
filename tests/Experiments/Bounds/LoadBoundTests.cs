using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Bounds;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Bounds;

/// <summary>Bounds worked by hand, and loads that no policy can serve.</summary>
internal sealed class LoadBoundTests
{
    private static readonly EngineLimits Limits = new(10_000, 4, 10_000, int.MaxValue);

    /// <summary>
    /// Ten prompts of 100 tokens at once, a microsecond a token and nothing else: the k-th is done at 100 k us, whatever the order. By
    /// 550 us five are. The last token of all is at 1000 us, and ten are served in that window.
    /// </summary>
    [Test]
    public void Prompts_that_only_need_the_processor_are_in_time_as_often_as_their_work_fits()
    {
        ConstantTimeModel time = new() { PerPrefillTokenPs = 1_000_000 };
        RequestRecord[] records = [.. Enumerable.Repeat(Finished(0, 100, 1), 10)];
        LoadBound bound = LoadBound.Of(records, time, Limits, 1, new SloTargets(550_000_000, 1))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(bound.SloAttainment, Is.EqualTo(0.5));
            Assert.That(bound.OutputTokensPerS, Is.EqualTo(10 / 1e-3).Within(1e-6).Percent);
            Assert.That(bound.GoodputPerS, Is.EqualTo(5 / 1e-3).Within(1e-6).Percent);
        }
    }

    /// <summary>
    /// The same with one of 540 tokens beside them: it takes the place of five, so it is the one left out.
    /// Two processors have done twice the work by each deadline.
    /// </summary>
    [TestCase(1, 5)]
    [TestCase(2, 10)]
    public void What_is_left_out_is_the_largest(int processors, int onTime)
    {
        ConstantTimeModel time = new() { PerPrefillTokenPs = 1_000_000 };
        RequestRecord[] records = [Finished(0, 540, 1), .. Enumerable.Repeat(Finished(0, 100, 1), 10)];
        LoadBound bound = LoadBound.Of(records, time, Limits, processors, new SloTargets(550_000_000, 1))!;
        Assert.That(bound.SloAttainment * 11, Is.EqualTo(onTime).Within(1e-9));
    }

    /// <summary>A step takes 10 us and four sequences share it: a request of 11 tokens needs at least 11 quarters of
    /// one, 27.5 us. All eight have the deadline 20 + 10 x 15 = 170 us, and 170 / 27.5 is 6.</summary>
    [Test]
    public void Steps_are_shared_by_as_many_as_a_batch_holds()
    {
        ConstantTimeModel time = new() { StepPs = 10_000_000 };
        RequestRecord[] records = [.. Enumerable.Repeat(Finished(0, 1, 11), 8)];
        LoadBound bound = LoadBound.Of(records, time, Limits, 1, new SloTargets(20_000_000, 15_000_000))!;
        Assert.That(bound.SloAttainment * 8, Is.EqualTo(6).Within(1e-9));
    }

    /// <summary>Alone a request of 11 tokens needs 10 steps of 10 us after its first: an objective of 9 us a token is out of reach.</summary>
    [TestCase(9, 0)]
    [TestCase(10, 1)]
    public void An_objective_below_a_step_is_met_by_nobody(int tpotUs, double attainment)
    {
        ConstantTimeModel time = new() { StepPs = 10_000_000 };
        SloTargets slo = new(1_000_000_000, tpotUs * 1_000_000L);
        LoadBound bound = LoadBound.Of([Finished(0, 1, 11)], time, Limits, 1, slo)!;
        Assert.That(bound.SloAttainment, Is.EqualTo(attainment));
    }

    [TestCase("analytic", 400, 2048, 512)]
    [TestCase("linear:yi-34b-a100-tp2", 400, 2048, 512)]
    [TestCase("constant:step_us=8000,per_sequence_us=40,per_prefill_token_us=60", 400, 2048, 512)]
    public void Work_that_exceeds_the_time_up_to_the_last_deadline_is_not_all_in_time(string timing, int requests, int prompt, int output)
    {
        string? model = TryModel(timing);
        Assume.That(model, Is.Not.Null);
        RunConfig config = ConfigBinder.Bind(PresetCatalog.Load("vllm"), [new Assignment("timing.model", model!)]);
        long[] at = [.. Enumerable.Range(0, requests).Select(i => i * 1_000_000L)];
        Trace trace = new("burst", at, [.. Enumerable.Repeat(prompt, requests)], [.. Enumerable.Repeat(output, requests)]);
        RunReport report = RunReport.Run(config, trace, SimulationOptions.Default).Bounded();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Bound!.SloAttainment, Is.LessThan(1).And.AtLeast(report.Summary!.SloAttainment!.Value));
            Assert.That(report.Bound.OutputTokensPerS, Is.AtLeast(report.Summary!.OutputTokensPerS!.Value));
        }
    }

    [Test]
    public void Closed_loops_and_models_without_floors_have_no_bound()
    {
        RequestRecord[] one = [Finished(0, 1, 2)];
        Assert.That(LoadBound.Of(one, new Laws.Kit.PieceTimeModel(), Limits, 1, new SloTargets(1, 1)), Is.Null);
    }

    private static string? TryModel(string timing) =>
        timing.StartsWith("linear:", StringComparison.Ordinal) ? $"linear:{LinearTimeModel.Names[0]}" : timing;

    internal static RequestRecord Finished(Tiny tiny) => Finished(tiny.ArrivalPs, tiny.Prompt, tiny.Outputs);

    private static RequestRecord Finished(long arrivalPs, int input, int output) => new()
    {
        ArrivalPs = arrivalPs,
        InputTokens = input,
        OutputTokens = output,
        EmittedTokens = output,
        Status = RequestStatus.Finished,
    };
}
