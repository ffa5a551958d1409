using ELLM.Sim.Configuration;
using ELLM.Sim.Policies;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Policies;

internal sealed class PolicyRuleTests
{
    [TestCase("ellm")]
    [TestCase("layerkv")]
    [TestCase("vtensor")]
    [TestCase("vattention")]
    public void Every_knob_that_the_preset_sets_belongs_to_a_rule_with_a_source(string name)
    {
        PolicyPreset preset = PresetCatalog.Load(name);
        IEnumerable<string> set = preset.Policy.Select(p => "policy." + p.Key).Concat((preset.Engine ?? []).Select(p => "engine." + p.Key));
        string[] explained = [.. preset.Rules!.Select(r => r.Knob).OfType<string>()];
        // The layout and the scheduler are roles, which the explanation states above the rules.
        Assert.That(set.Except(["policy.layout", "policy.scheduler"]).Except(explained), Is.Empty);
        Assert.That(preset.Rules!.Select(r => r.Source), Has.None.Empty);
        Assert.That(preset.Rules!.Select(r => r.Open), Has.Some.True.And.Some.False);
    }

    [Test]
    public void Every_knob_of_a_rule_is_a_setting() => Assert.That(
        PresetCatalog.Names.SelectMany(n => PresetCatalog.Load(n).Rules ?? []).Select(r => r.Knob).OfType<string>().Distinct(),
        Is.SubsetOf(ConfigKeys.All.Select(k => k.Path)));
}
