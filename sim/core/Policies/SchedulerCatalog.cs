using ELLM.Sim.Memory;
using ELLM.Sim.Serving;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Policies;

/// <summary>A scheduler by the name that <see cref="PolicySpec.Scheduler"/> uses.</summary>
/// <param name="Summary">One line for help.</param>
/// <param name="ChunksPrompts">Prompts may be split over iterations, so a prompt may be longer than the token budget.</param>
/// <param name="Create">A fresh one for a replica.</param>
public sealed record SchedulerEntry(string Name, string Summary, bool ChunksPrompts, Func<SchedulerInput, IScheduler> Create)
{
    /// <summary>Its knobs with their defaults; <c>input.Policy.Of&lt;T&gt;()</c> gives those of a run.</summary>
    public KnobSet Knobs { get; init; } = KnobSet.None;

    /// <summary>Finished sequences keep what they reserved until their batch ends.</summary>
    public bool HoldsUntilBatchEnds { get; init; }

    /// <summary>Refuses a prompt that leaves no room for a token of output within max_model_len.</summary>
    public bool LeavesRoomForOutput { get; init; }

    /// <summary>Puts preempted requests in front of the queue only when the round is over, and admits others in it.</summary>
    public bool RequeuesAfterRound { get; init; }

    /// <summary>Brings back KV that a preemption moved to host memory.</summary>
    public bool Resumes { get; init; } = true;

    /// <summary>The <see cref="PolicySpec.Overflow"/> it stands for, when it moves KV to host memory by itself.</summary>
    public string? HostOverflow { get; init; }

    public bool UsesHost => HostOverflow is not null;

    /// <summary>Admits prompts with some of their layers: needs a layout that gives memory layer by layer.</summary>
    public bool ByLayer { get; init; }

    /// <summary>What it needs that a layout lacks; null when the two can run together.</summary>
    public string? Lacks(LayoutEntry layout) => ByLayer && !layout.ByLayer && !layout.IncludesHost
        ? $"one that gives memory layer by layer (layer-paged) under {Name}"
        : null;
}

/// <summary>What a scheduler is made from.</summary>
/// <param name="TtftSloPs">Objective of the time to first token, for schedulers that react to it.</param>
/// <param name="TpotSloPs">Objective of the time per output token.</param>
public sealed record SchedulerInput(PolicySpec Policy, long TtftSloPs, long TpotSloPs);

/// <summary>All schedulers: a new one is a file in this folder and a line here.</summary>
public static class SchedulerCatalog
{
    private static readonly GrowingList<SchedulerEntry> Entries = new(
    [
        new("request-level", "a batch runs until its last request ends", false, _ => new RequestLevelScheduler()) { HoldsUntilBatchEnds = true, Resumes = false },
        new("iteration-level", "first come, first served at every iteration; whole prompts beside decodes", false, _ => new IterationLevelScheduler()) { Resumes = false },
        new("prefill-first", "waiting prompts run whole, before decodes", false, _ => new PrefillFirstScheduler()),
        new("chunked-prefill", "decodes first, prompt chunks fill the token budget; a preempted request waits for the next round", true, _ => new ChunkedPrefillScheduler()) { RequeuesAfterRound = true },
        new("stall-free", "decodes first, prompt chunks fill the token budget", true, _ => new ChunkedPrefillScheduler()),
        new("unified", "one token budget, running sequences first, memory chunk by chunk", true, input => new UnifiedScheduler(input.Policy.Of<UnifiedKnobs>().FullPromptCheck)) { Knobs = new UnifiedKnobs(), Resumes = false, LeavesRoomForOutput = true },
        new("elastic", "waiting prompts run whole, before decodes; what the GPU cannot keep streams to a CPU buffer sized by the SLOs", false, Elastic) { HostOverflow = "stream" },
        new("slo-slack", "waiting prompts run whole, before decodes, within their TPOT slack; layers that the GPU cannot keep are offloaded", false, SloSlack) { Knobs = new SloSlackKnobs(), HostOverflow = "offload", ByLayer = true },
    ]);

    private static readonly GrowingList<string> Words = new(Entries.Select(e => e.Name));

    /// <summary>The shipped ones, and those of a loaded <see cref="PolicyAssembly"/>.</summary>
    public static IReadOnlyList<SchedulerEntry> All => Entries;

    /// <summary>Their names; a list that grows with them.</summary>
    public static IReadOnlyList<string> Names => Words;

    public static SchedulerEntry Find(string name) =>
        All.FirstOrDefault(e => e.Name == name)
        ?? throw new InputException($"policy.scheduler: expected one of {string.Join(", ", All.Select(e => e.Name))}, found {name}");

    /// <summary>Adds those of a user's assembly; names are new.</summary>
    internal static void Add(IReadOnlyList<SchedulerEntry> more)
    {
        Entries.Add(more);
        Words.Add(more.Select(e => e.Name));
    }

    private static SloSlackScheduler SloSlack(SchedulerInput input)
    {
        SloSlackKnobs knobs = input.Policy.Of<SloSlackKnobs>();
        LengthPredictor predictor = new(knobs.LengthPredictor, knobs.PredictedTokens);
        bool countParked = input.Policy.Of<OffloadKnobs>().CountParked;
        return new SloSlackScheduler(knobs, predictor, countParked, input.TpotSloPs);
    }

    private static ElasticScheduler Elastic(SchedulerInput input)
    {
        StreamKnobs knobs = input.Policy.Of<StreamKnobs>();
        BufferScaler? scaler = knobs.SloScaling ? new BufferScaler(knobs, input.Policy.HostBytes) : null;
        return new ElasticScheduler(knobs, scaler, input.TtftSloPs, input.TpotSloPs);
    }
}
