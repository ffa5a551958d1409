using ELLM.Sim.Compat.Vidur;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Compat.Vidur;

[TestFixture]
public sealed class VidurMemoryPlanTests
{
    // Block counts that Vidur itself prints for these deployments at 4096 tokens, 10 % margin, blocks of 16.
    [TestCase("meta-llama/Llama-2-7b-hf", "a100", 1, 1, 29, 7424)]
    [TestCase("meta-llama/Meta-Llama-3-8B", "a100", 1, 1, 118, 30208)]
    [TestCase("codellama/CodeLlama-34b-Instruct-hf", "a100", 2, 1, 109, 27904)]
    [TestCase("meta-llama/Llama-2-70b-hf", "a100", 2, 1, 13, 3328)]
    [TestCase("meta-llama/Llama-2-70b-hf", "a100", 4, 1, 128, 32768)]
    [TestCase("meta-llama/Llama-2-70b-hf", "a100", 2, 2, 64, 32768)]
    [TestCase("Qwen/Qwen-2-7B", "a30", 1, 1, 43, 11008)]
    public void Of_published_deployments_gives_vidurs_blocks(string model, string device, int tp, int pp, int slots, int blocks)
    {
        VidurMemoryPlan plan = VidurMemoryPlan.Of(new VidurConfig
        {
            Model = VidurCatalog.Model(model),
            DeviceMemoryGib = VidurCatalog.DeviceMemoryGib(device),
            TensorParallel = tp,
            PipelineStages = pp,
        });
        Assert.That((plan.Slots, plan.Blocks, plan.WatermarkBlocks), Is.EqualTo((slots, blocks, blocks / 100)));
    }

    [Test]
    public void Of_given_blocks_keeps_them_and_takes_the_watermark_of_them() =>
        Assert.That(VidurMemoryPlan.Of(Micro.Config(VidurScheduler.Vllm, 250)).WatermarkBlocks, Is.EqualTo(2));

    [Test]
    public void Of_not_in_whole_slots_keeps_the_rest() // 64,357,400,576 bytes in blocks of 8 MiB, where 29 slots are 7424 blocks
    {
        VidurConfig config = new() { Model = VidurCatalog.Model("Llama-2-7b"), Quirks = new VidurQuirks { PoolOfWholeSlots = false } };
        Assert.That(VidurMemoryPlan.Of(config).Blocks, Is.EqualTo(7672));
    }

    [Test]
    public void Of_no_room_for_one_request_says_so()
    {
        VidurConfig config = new() { Model = VidurCatalog.Model("Llama-2-70b"), DeviceMemoryGib = 80 };
        string message = Assert.Throws<InputException>(() => VidurMemoryPlan.Of(config))!.Message;
        Assert.That(message, Does.Contain("leaves no room for a request of 4096 tokens on 80 GiB"));
    }

    [Test]
    public void Model_mistyped_names_the_nearest() =>
        Assert.That(
            Assert.Throws<InputException>(() => VidurCatalog.Model("meta-llama/Llama-2-7b-hg"))!.Message,
            Does.Contain("did you mean 'meta-llama/Llama-2-7b-hf'?"));
}
