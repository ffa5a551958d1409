using ELLM.Sim.Serving;
using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

/// <summary>Two stages of 600 and 400 ps and 50 ps to hand on, without engines.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class PipelineStagesTests
{
    private static readonly PrefillChunk[] Prompt = [new(8, 0, true)];
    private static readonly DecodeBatch One = new(1, 9, 9);

    private readonly PipelineStages _stages = new(new PipelineTimeModel(
        [new ConstantTimeModel { StepPs = 600 }, new ConstantTimeModel { StepPs = 400 }],
        new SendReceiveTable("test", [new MessageSegment(50e-6, 0)], "test", false),
        hidden: 1));

    [Test]
    public void An_empty_pipeline_makes_nothing_wait() => Assert.That(_stages.Enter(0, 30, Prompt, default), Is.Zero);

    [Test]
    public void A_second_micro_batch_waits_for_the_first_stage_and_follows()
    {
        _stages.Enter(0, 0, Prompt, default);
        Assert.That(_stages.Enter(100, 0, Prompt, default), Is.EqualTo(550), "stage 0 is free at 650, stage 1 before it gets there");
        Assert.That(_stages.EnterDecode(1300, 0, One), Is.Zero, "both stages have done with it by then");
    }

    [Test]
    public void Stalls_occupy_the_first_stage()
    {
        _stages.Enter(0, 500, Prompt, default);
        Assert.That(_stages.EnterDecode(0, 0, One), Is.EqualTo(1150));
    }

    [Test]
    public void After_a_jump_the_stages_are_as_its_last_step_leaves_them()
    {
        _stages.EnterDecode(0, 0, One);
        _stages.EndJumpWith(step: 7, startPs: 7350);
        Assert.That(_stages.Enter(7350, 0, Prompt, default), Is.EqualTo(650));
    }
}
