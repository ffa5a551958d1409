using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Policies;

/// <summary>A run small enough to work out by hand: blocks of four tokens, every iteration takes 1,000 ps.</summary>
internal sealed class Story
{
    private readonly RunOutcome _outcome;

    public Story(Scenario scenario)
    {
        Log = new StepLog(0);
        _outcome = Rig.Run(scenario, step: true, Log);
        Same.Outcome(Rig.Run(scenario), _outcome);
    }

    public RunCounters Counters => _outcome.Counters;

    public StepLog Log { get; }

    public RequestRecord this[int request] => _outcome.Records[request];

    /// <summary>Iterations as <c>start: prefill tokens/prompts +decodes</c>, such as <c>2000: 5/1 +1</c>.</summary>
    public IEnumerable<string> Iterations => IterationsOf(Log);

    public static IEnumerable<string> IterationsOf(StepLog log) => log.Steps[0].Select(s =>
    {
        string prefill = s.PrefillTokens > 0 ? $" {s.PrefillTokens}/{s.PrefillSequences}" : "";
        string decodes = s.Decodes > 0 ? $" +{s.Decodes}" : "";
        return $"{s.StartPs}:{prefill}{decodes}";
    });

    public static Scenario Of(string scheduler, int blocks, params Ask[] asks) => new()
    {
        Asks = asks,
        Policy = new PolicySpec(Scheduler: scheduler).With(
            new PagedKnobs { BlockTokens = 4, BlockCheck = BlockCheck.Needed },
            new ContiguousKnobs { MinAllocationTokens = 4, Reservation = Reservation.Oracle }),
        Blocks = blocks,
        MaxModelLen = 64,
        MaxNumBatchedTokens = 64,
    };

    public void Runs(params string[] iterations) => Assert.That(Iterations, Is.EqualTo(iterations));

    public void Finishes(params long[] instants) => Assert.That(_outcome.Records.Select(r => r.FinishPs), Is.EqualTo(instants));
}
