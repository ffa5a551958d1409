using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Policies;

/// <summary>What the parts of a policy require of each other, and that each says it itself.</summary>
internal sealed class PolicyCompositionTests
{
    private static IEnumerable<string> Shipped => PresetCatalog.Names;

    [TestCase("paged", "fixed", "wait", "prefill-first", "policy.overflow: wait needs a layout that reserves whole requests (contiguous), found paged")]
    [TestCase("contiguous", "fixed", "swap", "prefill-first", "policy.overflow: swap needs the paged layout and a scheduler that resumes, found contiguous")]
    [TestCase("vmm", "elastic", "swap", "prefill-first", "policy.overflow: swap needs the paged layout and a scheduler that resumes, found vmm")]
    [TestCase("paged", "fixed", "swap", "unified", "policy.overflow: swap needs the paged layout and a scheduler that resumes, found paged and unified")]
    [TestCase("paged", "elastic", "recompute", "prefill-first", "policy.boundary: expected fixed with policy.layout paged, found elastic")]
    [TestCase("live", "fixed", "recompute", "prefill-first", "policy.boundary: expected elastic with policy.layout live, found fixed")]
    [TestCase("paged", "fixed", "offload", "slo-slack", "policy.layout: expected one that gives memory layer by layer (layer-paged) under slo-slack, found paged")]
    [TestCase("vmm", "elastic", "recompute", "elastic", "stream and the scheduler elastic, offload and the scheduler slo-slack go together, found recompute and elastic")]
    [TestCase("layer-paged", "fixed", "stream", "slo-slack", "go together, found stream and slo-slack")]
    [TestCase("paged", "fixed", "stream", "prefill-first", "go together, found stream and prefill-first")]
    [TestCase("contiguous", "fixed", "wait", "elastic", "go together, found wait and elastic")]
    public void Parts_that_cannot_run_together_say_which_key_to_change(string layout, string boundary, string overflow, string scheduler, string fault) =>
        Assert.That(PolicyComposition.Of(new PolicySpec(layout, boundary, overflow, scheduler)).Fault, Does.Contain(fault));

    [Test]
    public void Prefixes_are_cached_by_layouts_whose_sequences_share_units()
    {
        PolicySpec policy = new PolicySpec().With(new PagedKnobs { PrefixCache = PrefixCaching.On });
        PolicyComposition parts = PolicyComposition.Of(policy);
        Assert.That(parts.Fault, Is.Null);
        Assert.That((parts with { Layout = parts.Layout with { CachesPrefixes = false } }).Fault,
            Is.EqualTo("policy.prefix_cache: expected off with policy.layout paged, whose sequences share nothing, found on"));
        Assert.That(PolicyParts.NotHeld("prefix_cache"), Does.StartWith("policy.prefix_cache: belongs to layout paged"));
    }

    [TestCaseSource(nameof(Shipped))]
    public void Shipped_policies_have_no_fault(string preset)
    {
        System.Text.Json.Nodes.JsonObject roles = PresetCatalog.Load(preset).Policy;
        PolicySpec policy = new(Role("layout", "paged"), Role("boundary", "fixed"), Role("overflow", "recompute"), Role("scheduler", "prefill-first"));
        Assert.That(PolicyComposition.Of(policy).Fault, Is.Null);

        string Role(string key, string otherwise) => roles[key]?.GetValue<string>() ?? otherwise;
    }

    [Test]
    public void Every_part_of_a_role_can_be_chosen()
    {
        PolicyComposition[] sound =
        [
            .. from layout in LayoutCatalog.Names
               from boundary in BoundaryCatalog.Names
               from overflow in OverflowCatalog.Names
               from scheduler in SchedulerCatalog.Names
               let parts = PolicyComposition.Of(new PolicySpec(layout, boundary, overflow, scheduler))
               where parts.Fault is null
               select parts,
        ];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sound.Select(p => p.Layout.Name).Distinct(), Is.EquivalentTo(LayoutCatalog.Names));
            Assert.That(sound.Select(p => p.Boundary.Name).Distinct(), Is.EquivalentTo(BoundaryCatalog.Names));
            Assert.That(sound.Select(p => p.Overflow.Name).Distinct(), Is.EquivalentTo(OverflowCatalog.Names));
            Assert.That(sound.Select(p => p.Scheduler.Name).Distinct(), Is.EquivalentTo(SchedulerCatalog.Names));
        }
    }
}
