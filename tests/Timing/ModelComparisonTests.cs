using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Tests.Timing.Tables;
using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Timing;

[TestFixture]
internal sealed class ModelComparisonTests
{
    private static TimeModelChoice Parse(string text) =>
        TimeModelCatalog.Parse(text, TableFixtures.Device, TableFixtures.Model, 1, new TimingOptions(Overhead: OverheadProfile.None));

    [Test]
    public void Compare_same_model_has_no_error()
    {
        IReadOnlyList<OperatorDifference> rows = ModelComparison.Compare(Parse("analytic"), Parse("analytic"));
        Assert.That(rows.Select(row => row.Mape), Is.All.Zero);
        Assert.That(rows.Select(row => row.What),
            Does.Contain("decode attention").And.Contain("prefill iteration").And.Not.Contain("all-reduce"));
    }

    [Test]
    public void Compare_twice_as_slow_is100_per_cent()
    {
        IReadOnlyList<OperatorDifference> rows = ModelComparison.Compare(Parse("constant:step_us=10"), Parse("constant:step_us=20"));
        Assert.That(rows.Select(row => (row.What, row.Mape, row.Bias)),
            Is.EqualTo(new[] { ("decode iteration", 100.0, 100.0), ("prefill iteration", 100.0, 100.0) }));
    }

    [Test]
    public void Import_flat_tables_answer_as_their_originals()
    {
        using ScratchFolder measured = new();
        using ScratchFolder flat = new();
        TableFixtures.ServingSim(measured, mixed: false);
        (string csv, IReadOnlyList<string> notes) = ProfileImport.Flatten(measured.Path, TableFixtures.Model, [1]);
        flat.File(ProfileImport.FileName, csv);
        IReadOnlyList<OperatorDifference> rows = ModelComparison.Compare(Parse($"table:{measured.Path}"), Parse($"table:{flat.Path}"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(notes,
                Is.EqualTo(new[] { "tp 1: projections, element-wise, lm_head, decode attention, prefill attention (llmservingsim)" }));
            Assert.That(rows.Select(row => row.Mape), Is.All.Zero);
        }
    }
}
