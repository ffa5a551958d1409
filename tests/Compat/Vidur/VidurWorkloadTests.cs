using ELLM.Sim.Compat.Vidur;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Compat.Vidur;

[TestFixture]
public sealed class VidurWorkloadTests
{
    // 904 of 5000 too many: 60 % of them, 542.4, are 543 of the prompt, and 362 of the output.
    [TestCase(3000, 2000, 2457, 1638)]
    [TestCase(4000, 96, 4000, 96)]
    [TestCase(0, 10, 1, 10)]
    [TestCase(100000, 1, 4095, 1)]
    public void CutInProportion_RoundsEachCutUp(int prompt, int output, int newPrompt, int newOutput) =>
        Assert.That(VidurWorkload.CutInProportion(prompt, output, 4096), Is.EqualTo((newPrompt, newOutput)));

    [TestCase(3000, 2000, 2096, 2000)]
    [TestCase(10, 10, 10, 10)]
    [TestCase(0, 0, 1, 1)]
    public void CutPrompt_LeavesTheOutput(int prompt, int output, int newPrompt, int newOutput) =>
        Assert.That(VidurWorkload.CutPrompt(prompt, output, 4096), Is.EqualTo((newPrompt, newOutput)));

    [Test]
    public void CutPrompt_ScalesBeforeItCuts() =>
        Assert.That(VidurWorkload.CutPrompt(3, 5, 4096, promptScale: 1.5, outputScale: 0.5), Is.EqualTo((4, 2)));

    [Test]
    public void CutPrompt_OutputTooLong_IsAnError() =>
        Assert.That(Assert.Throws<InputException>(() => VidurWorkload.CutPrompt(5, 4096, 4096))!.Message, Does.Contain("cannot be cut to max_tokens 4096"));

    /// <summary>Mean gap (1 - e^-3) / rate, so the rate is 5.2 % above nominal; the first request comes after a gap.</summary>
    [Test]
    public void PoissonArrivals_CapsGapsAtThreeMeans()
    {
        double[] times = VidurWorkload.PoissonArrivals(200_000, 2, 42);
        double longest = Gaps(times).Max();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(times[0], Is.GreaterThan(0));
            Assert.That(longest, Is.EqualTo(1.5).Within(1e-9));
            Assert.That(times.Length / times[^1], Is.EqualTo(2 / (1 - 0.049787)).Within(0.02));
        }
    }

    [Test]
    public void PoissonArrivals_Uncapped_HasLongerGaps() =>
        Assert.That(Gaps(VidurWorkload.PoissonArrivals(10_000, 2, 42, new VidurQuirks { CapPoissonGaps = false })).Max(), Is.GreaterThan(2));

    [Test]
    public void Replay_KeepsTimesAndCutsPrompts()
    {
        Trace trace = new("t", [0, 1_500_000_000_000], [10, 5000], [3, 96]);
        Assert.That(VidurWorkload.Replay(trace, 4096, timeScale: 2), Is.EqualTo(new[] { new VidurArrival(0, 10, 3), new VidurArrival(3, 4000, 96) }));
    }

    [Test]
    public void FromLengths_ShufflesBySeedAndKeepsEveryLength()
    {
        int[] prompts = [.. Enumerable.Range(1, 50)];
        Trace trace = new("t", new long[50], prompts, [.. Enumerable.Repeat(1, 50)]);
        VidurArrival[] once = VidurWorkload.FromLengths(trace, 50, 1, 4096);
        VidurArrival[] again = VidurWorkload.FromLengths(trace, 50, 1, 4096);
        VidurArrival[] other = VidurWorkload.FromLengths(trace, 50, 1, 4096, seed: 7);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(again, Is.EqualTo(once));
            Assert.That(other, Is.Not.EqualTo(once));
            Assert.That(once.Select(one => one.PromptTokens).Order(), Is.EqualTo(prompts));
        }
    }

    private static IEnumerable<double> Gaps(double[] times) => times.Skip(1).Zip(times, (later, earlier) => later - earlier);
}
