using ELLM.Sim.Fleet.Routers;
using ELLM.Sim.Numerics;
using ELLM.Sim.Settings;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Prefixes;

namespace ELLM.Sim.Fleet;

/// <summary>A router by the name that configurations use.</summary>
/// <param name="Summary">One line for help.</param>
/// <param name="Create">A fresh one for a run.</param>
public sealed record RouterEntry(string Name, string Summary, Func<RouterInput, IRouter> Create)
{
    /// <summary>Its knobs with their defaults; a <see cref="ReportKnobs"/> says how often engines report to it.</summary>
    public KnobSet Knobs { get; init; } = KnobSet.None;
}

/// <summary>What a router is made from.</summary>
/// <param name="Knobs">Its own, as a run states them.</param>
/// <param name="Trace">The requests that it will be asked about.</param>
/// <param name="Random">Of the run's seed.</param>
public sealed record RouterInput(KnobSet Knobs, Trace Trace, RandomStream Random)
{
    public T Of<T>()
        where T : KnobSet => (T)Knobs;
}

/// <summary>All routers: a new one is a file in the folder Routers and a line here.</summary>
public static class RouterCatalog
{
    private static readonly GrowingList<RouterEntry> Entries = new(
    [
        new("round-robin", "replicas in turn", _ => new RoundRobinRouter()),
        new("random", "any replica, each as likely", input => new RandomRouter(input.Random)),
        new("least-outstanding", "fewest requests sent and not ended", _ => new LeastLoadRouter(byTokens: false)),
        new("least-tokens", "fewest prompt and output tokens of such requests", _ => new LeastLoadRouter(byTokens: true)),
        new("least-kv", "KV memory least full, as last reported", _ => new LeastKvRouter()) { Knobs = new ReportKnobs() },
        new("power-of-choices", "fewest requests among some drawn at random",
            input => new PowerOfChoicesRouter(input.Of<PowerOfChoicesKnobs>(), input.Random)) { Knobs = new PowerOfChoicesKnobs() },
        new("prefix-affinity", "sent most of the prompt's beginning before, while loads are in balance", PrefixAffinity)
        {
            Knobs = new PrefixAffinityKnobs(),
        },
        new("central-queue", "one queue at the router; a request leaves it when a replica has a place",
            input => new CentralQueueRouter(input.Of<CentralQueueKnobs>())) { Knobs = new CentralQueueKnobs() },
    ]);

    /// <summary>The shipped ones, and those of a user's assembly.</summary>
    public static IReadOnlyList<RouterEntry> All => Entries;

    /// <summary>Adds those of a user's assembly; names are new.</summary>
    internal static void Add(IReadOnlyList<RouterEntry> more) => Entries.Add(more);

    private static PrefixAffinityRouter PrefixAffinity(RouterInput input) =>
        new(input.Of<PrefixAffinityKnobs>(), input.Trace.Find<PromptPrefixes>()
            ?? throw new InputException(
                $"router prefix-affinity: expected a trace that says how prompts begin, found none in {input.Trace.Name}"));
}
