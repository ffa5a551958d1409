using ELLM.Sim.Numerics;
using FsCheck;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Numerics;

[TestFixture]
internal sealed class NearestNameTests
{
    private static readonly string[] Names = ["llama-2-7b", "llama-3-8b", "llama-3.1-8b", "qwen3-32b", "opt-13b"];

    [TestCase("llama3.1-8b", "llama-3.1-8b")]
    [TestCase("Lamma-2-7B", "llama-2-7b")]
    [TestCase("qwen-32b", "qwen3-32b")]
    [TestCase("otp-13b", "opt-13b")]
    [TestCase("OPT", "opt-13b")]
    [TestCase("llama-3.1-8b-instruct", "llama-3.1-8b")]
    [TestCase("QWEN3", "qwen3-32b")]
    [TestCase("nothing-like-it-at-all", null)]
    public void Of_mistyped_finds_the_one_meant(string given, string? expected) =>
        Assert.That(NearestName.Of(given, Names), Is.EqualTo(expected));

    [Test]
    public void Message_unknown_names_the_nearest_and_all() =>
        Assert.That(
            NearestName.Message("model", "opt13b", ["llama-2-7b", "opt-13b"]),
            Is.EqualTo("unknown model 'opt13b' (did you mean 'opt-13b'?); known: llama-2-7b, opt-13b"));

    [FsCheck.NUnit.Property(Replay = "5,9", MaxTest = 500)]
    public bool Distance_any_pair_is_symmetric_and_bounded(NonNull<string> a, NonNull<string> b)
    {
        int distance = NearestName.Distance(a.Get, b.Get);
        return distance == NearestName.Distance(b.Get, a.Get)
            && distance <= Math.Max(a.Get.Length, b.Get.Length)
            && distance >= Math.Abs(a.Get.Length - b.Get.Length)
            && NearestName.Distance(a.Get, a.Get) == 0;
    }
}
