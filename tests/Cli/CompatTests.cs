using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

internal sealed class CompatTests
{
    [Test]
    public void Compare_by_the_rules_of_Vidur_runs_what_Vidur_has_and_says_what_it_has_not()
    {
        (int code, string output, string error) = Ellm.Run(
            "compare", "chat", "--limit", "300", "--compat", "vidur", "--policies", "vllm,sarathi,vllm-v1", "--set",
            "memory.kv_blocks=2000");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(output, Does.Contain("by the rules of vidur").And.Contain("did not start"));
            Assert.That(error, Does.Contain("vidur has no scheduler like unified"));
        }
    }

    [Test]
    public void Compare_rules_of_Vidur_are_not_the_engines_own()
    {
        string[] args = ["compare", "chat", "--limit", "300", "--policies", "vllm", "--format", "csv", "--quiet"];
        (_, string own, _) = Ellm.Run(args);
        (_, string theirs, _) = Ellm.Run([.. args, "--compat", "vidur"]);
        Assert.That(theirs, Is.Not.EqualTo(own));
    }
}
