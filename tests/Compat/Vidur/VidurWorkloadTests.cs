using ELLM.Sim.Compat.Vidur;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Compat.Vidur;

internal sealed class VidurWorkloadTests
{
    [TestCase(3000, 2000, 2096, 2000)]
    [TestCase(10, 10, 10, 10)]
    [TestCase(0, 0, 1, 1)]
    public void The_prompt_is_cut_and_the_output_left(int prompt, int output, int newPrompt, int newOutput) =>
        Assert.That(VidurWorkload.CutPrompt(prompt, output, 4096), Is.EqualTo((newPrompt, newOutput)));

    [Test]
    public void An_output_that_is_too_long_is_an_error() => Assert.That(
        Assert.Throws<InputException>(() => VidurWorkload.CutPrompt(5, 4096, 4096))!.Message,
        Does.Contain("cannot be cut to max_tokens 4096"));
}
