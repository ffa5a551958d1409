using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

internal sealed class CompatTests
{
    [Test]
    public void Compare_ByTheRulesOfVidur_RunsWhatVidurHasAndSaysWhatItHasNot()
    {
        (int code, string output, string error) = Ellm.Run(
            "compare", "chat", "--limit", "300", "--compat", "vidur", "--policies", "vllm,sarathi,vllm-v1", "--set", "memory.kv_blocks=2000");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(output, Does.Contain("by the rules of vidur").And.Contain("did not start"));
            Assert.That(error, Does.Contain("vidur has no scheduler like unified"));
        }
    }

    [Test]
    public void Compare_RulesOfVidur_AreNotTheEnginesOwn()
    {
        string[] args = ["compare", "chat", "--limit", "300", "--policies", "vllm", "--format", "csv", "--quiet"];
        (_, string own, _) = Ellm.Run(args);
        (_, string theirs, _) = Ellm.Run([.. args, "--compat", "vidur"]);
        Assert.That(theirs, Is.Not.EqualTo(own));
    }
}
