using ELLM.Sim.Settings;

namespace ELLM.Sim.Policies;

/// <summary>What happens when KV runs out, by the name that <see cref="PolicySpec.Overflow"/> uses.</summary>
/// <param name="Summary">One line for help.</param>
public sealed record OverflowEntry(string Name, string Summary)
{
    /// <summary>Its knobs with their defaults.</summary>
    public KnobSet Knobs { get; init; } = KnobSet.None;

    /// <summary>A preempted sequence goes to host memory when it fits there.</summary>
    public bool SwapsOut { get; init; }

    /// <summary>What is wrong with the other parts beside it, as one line that names the key to change; null when nothing is.</summary>
    public Func<PolicyComposition, string?> Requires { get; init; } = _ => null;
}

/// <summary>All rules for memory that has run out.</summary>
public static class OverflowCatalog
{
    public static IReadOnlyList<OverflowEntry> All { get; } =
    [
        new("wait", "nothing runs out: requests wait until all they will need is free") { Requires = parts => NoPromptsToHost(parts) ?? WholeRequests(parts) },
        new("recompute", "the latest arrival loses its KV and computes it again") { Requires = NoPromptsToHost },
        new("swap", "the latest arrival's KV moves to host memory, or is recomputed when that is full")
        {
            Knobs = new SwapKnobs(),
            SwapsOut = true,
            Requires = parts => Resumption(parts) ?? NoPromptsToHost(parts),
        },
        new("stream", "prompts that the GPU cannot keep stream to host memory; the latest arrival is recomputed")
        {
            Knobs = new StreamKnobs(),
            Requires = parts => PromptsToHost(parts) ?? Window(parts.Policy.Of<StreamKnobs>()),
        },
        new("offload", "prompts that the GPU cannot keep whole start with some of their layers, the others go to host memory; the latest arrival is recomputed") { Knobs = new OffloadKnobs(), Requires = PromptsToHost },
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(e => e.Name)];

    public static OverflowEntry Find(string name) =>
        All.FirstOrDefault(e => e.Name == name)
        ?? throw new InputException($"policy.overflow: expected one of {string.Join(", ", Names)}, found {name}");

    private static string? WholeRequests(PolicyComposition parts) => parts.Layout.ReservesWhole
        ? null
        : $"policy.overflow: wait needs a layout that reserves whole requests (contiguous), found {parts.Layout.Name}, whose sequences grow";

    private static string? Resumption(PolicyComposition parts) => parts.Layout.Swaps && parts.Scheduler.Resumes
        ? null
        : $"policy.overflow: swap needs the paged layout and a scheduler that resumes, found {parts.Layout.Name} and {parts.Scheduler.Name}";

    /// <summary>A scheduler that moves prompts to the host by itself does so by one overflow only.</summary>
    private static string? PromptsToHost(PolicyComposition parts) =>
        parts.Scheduler.HostOverflow == parts.Overflow.Name ? null : Together(parts);

    private static string? NoPromptsToHost(PolicyComposition parts) => parts.Scheduler.UsesHost ? Together(parts) : null;

    private static string Together(PolicyComposition parts) =>
        $"policy.overflow: {string.Join(", ", Pairs())} go together, found {parts.Overflow.Name} and {parts.Scheduler.Name}";

    private static IEnumerable<string> Pairs() =>
        SchedulerCatalog.All.Where(s => s.UsesHost).Select(s => $"{s.HostOverflow} and the scheduler {s.Name}");

    private static string? Window(StreamKnobs knobs) => knobs.SloHits <= knobs.SloWindow
        ? null
        : $"policy.slo_hits: expected at most policy.slo_window ({knobs.SloWindow}), found {knobs.SloHits}";
}
