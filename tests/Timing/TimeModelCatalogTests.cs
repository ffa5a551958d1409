using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Tests.Timing.Tables;
using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Timing;

[TestFixture]
internal sealed class TimeModelCatalogTests
{
    private static TimeModelChoice Parse(string text) =>
        TimeModelCatalog.Parse(text, TableFixtures.Device, TableFixtures.Model, 1, new TimingOptions());

    [TestCase("analytical",
        "time model: expected analytic, table:DIR, linear:NAME, constant:step_us=N,..., found 'analytical' (did you mean 'analytic'?)")]
    [TestCase("table", "time model: expected analytic, table:DIR, linear:NAME, constant:step_us=N,..., found 'table'")]
    [TestCase("table:/nowhere", "/nowhere: no such folder of measured tables")]
    [TestCase("constant:",
        "time model: constant needs a time above zero: constant:step_us=10000; keys: step_us, per_sequence_us, per_context_token_us, "
            + "per_longest_token_us, per_prefill_token_us, per_prefill_pair_us")]
    [TestCase("constant:step=1",
        "time model: unknown key 'step'; known: step_us, per_sequence_us, per_context_token_us, per_longest_token_us, "
            + "per_prefill_token_us, per_prefill_pair_us")]
    [TestCase("constant:step_us=-1", "time model: step_us: expected microseconds of zero or more, found '-1'")]
    public void Parse_fault_is_one_line(string text, string message) =>
        Assert.That(Assert.Throws<InputException>(() => Parse(text))!.Message, Is.EqualTo(message));

    [Test]
    public void Parse_constant_is_in_microseconds()
    {
        DecodeCost cost = Parse("constant:step_us=10,per_sequence_us=0.5").Model.Decode(new DecodeBatch(4, 40, 10));
        Assert.That(cost.FixedPs, Is.EqualTo(12_000_000));
    }

    [Test]
    public void Parse_table_has_operators_and_a_report()
    {
        using ScratchFolder folder = new();
        TableFixtures.ServingSim(folder);
        TimeModelChoice choice = Parse($"table:{folder.Path}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(choice.Provenance.Kind, Is.EqualTo("table"));
            Assert.That(choice.Operators, Is.Not.Null);
            Assert.That(choice.Extrapolation, Is.Not.Null);
        }
    }

    [Test]
    public void Linear_fits_every_one_loads()
    {
        Assert.That(LinearTimeModel.Names, Has.Count.GreaterThanOrEqualTo(8));
        foreach (string name in LinearTimeModel.Names)
            Assert.That(LinearTimeModel.Load(name).Fit.Name, Is.EqualTo(name));
    }

    [Test]
    public void Linear_dist_serve_fit_is_its_published_formula()
    {
        LinearTimeModel model = LinearTimeModel.Load("opt-13b-tp1-distserve");
        DecodeBatch below = new(94, 94 * 500, 500);
        DecodeBatch above = new(95, 95 * 500, 500);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.Mixed([new PrefillChunk(1000, 0, true)], default) / 1e9,
                Is.EqualTo(18.10 + 0.1019 * 1000 + 7.12e-6 * 1e6).Within(1e-6));
            Assert.That(model.Decode(below).Steps(below).FirstPs / 1e9, Is.EqualTo(19.93 + 6.27e-4 * 47_000 + 0.0385 * 94).Within(1e-4));
            Assert.That(model.Decode(above).Steps(above).FirstPs / 1e9, Is.EqualTo(7.17 + 5.80e-4 * 47_500 + 0.1583 * 95).Within(1e-4));
        }
    }

    [Test]
    public void Linear_two_half_prompts_square_each_length()
    {
        LinearTimeModel model = LinearTimeModel.Load("opt-13b-tp1-distserve");
        double two = model.Mixed([new PrefillChunk(500, 0, true), new PrefillChunk(500, 0, true)], default) / 1e9;
        double rest = model.Mixed([new PrefillChunk(500, 500, true)], default) / 1e9;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(two, Is.EqualTo(18.10 + 0.1019 * 1000 + 7.12e-6 * 2 * 250_000).Within(1e-6));
            Assert.That(rest, Is.EqualTo(18.10 + 0.1019 * 500 + 7.12e-6 * (1_000_000 - 250_000)).Within(1e-6));
        }
    }

    [Test]
    public void Overheads_every_one_loads_and_is_a_setting()
    {
        Assert.That(OverheadCatalog.Names, Does.Contain("vllm-async").And.Contain("eager-2023-a100"));
        foreach (string name in OverheadCatalog.Names)
            Assert.That(OverheadCatalog.Load(name).Name, Is.EqualTo(name));
    }
}
