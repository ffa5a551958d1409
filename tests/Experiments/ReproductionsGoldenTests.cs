using ELLM.Sim.Experiments.Reproductions;
using ELLM.Sim.Tests.Golden;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments;

/// <summary>docs/reproductions.md is what the command writes.</summary>
internal sealed class ReproductionsGoldenTests
{
    [Test]
    public void Page_is_the_one_of_this_version()
    {
        Reproduction[] all = [.. Reproduction.Names.Select(Reproduction.Of)];
        GoldenFile.Check("docs/reproductions.md", ReproductionsPage.Write(ReproductionRunner.Run(all, Environment.ProcessorCount)));
    }
}
