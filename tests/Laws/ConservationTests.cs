using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Laws;

/// <summary>Nothing is lost and nothing appears: tokens, memory, picoseconds.</summary>
internal sealed class ConservationTests
{
    private const int Cases = 300;

    [Test]
    public void Every_request_ends_finished_with_all_its_tokens_or_rejected() => Hold(1, scenario =>
    {
        RunOutcome outcome = Rig.Run(scenario);
        for (int i = 0; i < outcome.Records.Length; i++)
        {
            RequestRecord record = outcome.Records[i];
            Ask ask = scenario.Asks[i];
            Assert.That(record.Status, Is.Not.EqualTo(RequestStatus.Unfinished), $"request {i}");
            if (record.Status == RequestStatus.Rejected)
                continue;
            int room = Math.Max(1, scenario.MaxModelLen - ask.Input);
            Assert.That(record.EmittedTokens, Is.EqualTo(Math.Min(ask.Output, room)), $"request {i}");
            Assert.That(record.Clipped, Is.EqualTo(ask.Output > room), $"request {i}");
        }
    });

    [Test]
    public void Memory_is_empty_when_the_run_is_over() => Hold(2, scenario =>
    {
        Rig rig = new(scenario);
        rig.Run();
        Assert.That(rig.Memories.Select(m => m.AllocatedTokens), Is.All.Zero);
        Assert.That(rig.Hosts.Select(h => h.UsedBytes), Is.All.Zero);
    });

    [Test]
    public void The_ledger_of_a_request_sums_to_its_end_to_end_time() => Hold(3, scenario =>
    {
        foreach (RequestRecord record in Rig.Run(scenario).Records)
        {
            LatencyLedger l = record.Ledger;
            Assert.That(l.Total, Is.EqualTo(record.FinishPs - record.ArrivalPs), Same.Fields(record));
            long[] terms =
            [
                l.QueueMemory, l.QueueCompute, l.Prefill, l.Decode, l.PrefillInterference, l.Parked, l.MapStall, l.TransferStall,
                l.GpuWait, l.Preempted, l.Recompute,
            ];
            Assert.That(terms, Is.All.GreaterThanOrEqualTo(0), Same.Fields(record));
        }
    });

    [Test]
    public void Instants_of_a_request_are_in_order() => Hold(4, scenario =>
    {
        foreach (RequestRecord record in Rig.Run(scenario).Records.Where(r => r.Status == RequestStatus.Finished))
        {
            Assert.That(record.FirstScheduledPs, Is.GreaterThanOrEqualTo(record.ArrivalPs), Same.Fields(record));
            Assert.That(record.FirstTokenPs, Is.GreaterThan(record.FirstScheduledPs), Same.Fields(record));
            Assert.That(record.FinishPs, Is.GreaterThanOrEqualTo(record.FirstTokenPs), Same.Fields(record));
            Assert.That(record.FinishPs == record.FirstTokenPs, Is.EqualTo(record.EmittedTokens == 1), Same.Fields(record));
        }
    });

    [Test]
    public void Gaps_are_the_tokens_less_the_first_ones_and_sum_to_the_time_between() => Hold(5, scenario =>
    {
        StepLog log = new(0);
        RunOutcome outcome = Rig.Run(scenario, observer: log);
        // A request that was rejected after a preemption keeps the gaps it had; its last token is not on record.
        if (outcome.Records.Any(r => r.Status == RequestStatus.Rejected && r.EmittedTokens > 0))
            return;
        IEnumerable<RequestRecord> begun = outcome.Records.Where(r => r.FirstTokenPs >= 0);
        Assert.That(log.Gaps, Is.EqualTo(begun.Sum(r => (long)r.EmittedTokens - 1)));
        Assert.That(log.GapCounts.Sum(g => g.Key * g.Value), Is.EqualTo(begun.Sum(r => r.FinishPs - r.FirstTokenPs)));
    });

    [Test]
    public void Counters_are_the_sums_over_requests_and_steps() => Hold(6, scenario =>
    {
        StepLog log = new(0);
        RunOutcome outcome = Rig.Run(scenario, observer: log);
        RunCounters counters = outcome.Counters;
        List<Step> steps = [.. log.Steps.Values.SelectMany(s => s)];
        Assert.That(counters.Iterations, Is.EqualTo(steps.Count));
        Assert.That(counters.PrefillIterations, Is.EqualTo(steps.Count(s => s.PrefillTokens > 0)));
        Assert.That(counters.PrefillTokens, Is.EqualTo(steps.Sum(s => (long)s.PrefillTokens)));
        Assert.That(counters.DecodeTokens, Is.EqualTo(steps.Sum(s => (long)s.Decodes)));
        Assert.That(counters.BusyPs, Is.EqualTo(steps.Sum(s => s.EndPs - s.StartPs)));
        Assert.That(counters.Preemptions, Is.EqualTo(outcome.Records.Sum(r => (long)r.Preemptions)));
        Assert.That(counters.RecomputedTokens, Is.EqualTo(outcome.Records.Sum(r => r.RecomputedTokens)));
        Assert.That(counters.SwappedInBytes + counters.DroppedHostBytes, Is.EqualTo(counters.SwappedOutBytes));
        Assert.That(log.Ends.Select(e => e.Request).Order(), Is.EqualTo(Enumerable.Range(0, outcome.Records.Length)));
    });

    [Test]
    public void Every_prompt_token_is_computed_once_and_once_more_for_each_loss() => Hold(7, scenario =>
    {
        RunOutcome outcome = Rig.Run(scenario);
        if (outcome.Records.Any(r => r.Status == RequestStatus.Rejected && r.Preemptions > 0))
            return;
        IEnumerable<RequestRecord> finished = outcome.Records.Where(r => r.Status == RequestStatus.Finished);
        // A recomputation ends with a new token, so the decode steps and the prompts' ends make up what was emitted.
        long needed = finished.Sum(r => (long)r.InputTokens + r.EmittedTokens - 1);
        Assert.That(outcome.Counters.PrefillTokens + outcome.Counters.DecodeTokens, Is.EqualTo(needed + outcome.Counters.RecomputedTokens));
    });

    private static void Hold(ulong seed, Action<Scenario> law)
    {
        Law.Holds(Cases, 200 + seed, law);
        Law.Holds(Scenarios.Storm, Cases / 2, 300 + seed, law);
    }
}
