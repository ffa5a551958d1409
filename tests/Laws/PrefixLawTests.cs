using ELLM.Sim.Memory.Prefixes;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Laws;

/// <summary>Cached prefixes under every scheduler: prompts that begin like others, from plenty of memory down to a few blocks.</summary>
internal sealed class PrefixLawTests
{
    [Test]
    public void Jumping_equals_stepping_with_cached_prefixes()
    {
        long hits = 0, evicted = 0, preemptions = 0, computedAgain = 0;
        Law.Holds(Scenarios.Alike, 600, 111, scenario =>
        {
            StepLog jumped = new(7 * Clockworks.StepPs(scenario.Clockwork));
            StepLog stepped = new(7 * Clockworks.StepPs(scenario.Clockwork));
            RunOutcome outcome = Rig.Run(scenario, observer: jumped);
            Same.Outcome(outcome, Rig.Run(scenario, step: true, stepped));
            Same.Log(jumped, stepped);
            hits += outcome.Counters.Prefixes.HitTokens;
            evicted += outcome.Counters.Prefixes.EvictedUnits;
            computedAgain += outcome.Counters.Prefixes.RecomputedTokens;
            preemptions += outcome.Counters.Preemptions;
        });
        Assert.That(new[] { hits, evicted, preemptions, computedAgain }, Is.All.GreaterThan(1000), "what the scenarios are about");
    }

    [Test]
    public void Every_block_comes_back_and_every_token_is_computed_or_found() => Law.Holds(Scenarios.Alike, 400, 112, scenario =>
    {
        Rig rig = new(scenario);
        RunOutcome outcome = rig.Run();
        Assert.That(rig.Memories.Select(m => m.AllocatedTokens), Is.All.Zero);
        foreach (PrefixCache cache in rig.Memories.Select(m => m.Prefixes!))
        {
            Assert.That(cache.SharedUnits, Is.Zero);
            Assert.That(cache.FreeUnits, Is.EqualTo(scenario.Policy.Layout == "paged" ? scenario.Blocks : cache.IdleUnits));
        }
        RequestRecord[] finished = [.. outcome.Records.Where(r => r.Status == RequestStatus.Finished)];
        Assert.That(outcome.Records, Has.All.Matches<RequestRecord>(r => r.Status != RequestStatus.Unfinished));
        PrefixCounters found = outcome.Counters.Prefixes;
        Assert.That(found.HitTokens, Is.LessThanOrEqualTo(Math.Max(0, found.Tokens - finished.Length)));
        Assert.That(finished, Has.All.Matches<RequestRecord>(r => r.RecomputedTokens >= 0));
        if (outcome.Counters.Preemptions == 0)
            Assert.That(outcome.Counters.PrefillTokens + found.HitTokens, Is.EqualTo(finished.Sum(r => (long)r.InputTokens)));
    });

    [Test]
    public void Prompts_that_nobody_knows_change_nothing_unless_somebody_is_preempted()
    {
        int compared = 0;
        Law.Holds(Scenarios.Alike, 300, 113, scenario =>
        {
            RunOutcome on = Rig.Run(scenario with { Prompts = PromptChains.None });
            if (on.Counters.Preemptions > 0)
                return;
            compared++;
            on = on with { Counters = on.Counters with { Prefixes = default } };
            Same.Outcome(on, Rig.Run(scenario with { Policy = scenario.Policy.With(scenario.Paged with { PrefixCache = default }) }));
        });
        Assert.That(compared, Is.GreaterThan(100));
    }

    [Test]
    public void A_run_without_a_cache_finds_nothing()
    {
        Law.Holds(Scenarios.Alike, 50, 114, scenario =>
        {
            RunOutcome off = Rig.Run(scenario with { Policy = scenario.Policy.With(scenario.Paged with { PrefixCache = default }) });
            Assert.That(off.Counters.Prefixes, Is.EqualTo(default(PrefixCounters)));
        });
    }
}
