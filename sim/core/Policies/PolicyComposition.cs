using ELLM.Sim.Memory;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Policies;

/// <summary>The four parts that a policy chose, looked up.</summary>
/// <remarks>What a part requires of the others it says itself, in its entry.</remarks>
public sealed record PolicyComposition(
    PolicySpec Policy, LayoutEntry Layout, BoundaryEntry Boundary, OverflowEntry Overflow, SchedulerEntry Scheduler)
{
    /// <exception cref="InputException">A role names a part that does not exist.</exception>
    public static PolicyComposition Of(PolicySpec policy) => new(
        policy,
        LayoutCatalog.Find(policy.Layout),
        BoundaryCatalog.Find(policy.Boundary),
        OverflowCatalog.Find(policy.Overflow),
        SchedulerCatalog.Find(policy.Scheduler));

    /// <summary>Why these cannot run together, as one line that names the key to change; null when they can.</summary>
    public string? Fault =>
        (Scheduler.Lacks(Layout) is string lacking ? $"policy.layout: expected {lacking}, found {Layout.Name}" : null)
        ?? Boundary.Requires(this)
        ?? Overflow.Requires(this)
        ?? PrefixFault;

    /// <summary>The layout's knobs as the policy has them.</summary>
    public KnobSet LayoutKnobs => Policy.KnobsOf(Layout.Knobs);

    /// <summary>KV of prompts stays to be found again.</summary>
    public bool CachesPrefixes => LayoutKnobs is BlockKnobs { PrefixCache: not PrefixCaching.Off };

    private string? PrefixFault => !CachesPrefixes || Layout.CachesPrefixes
        ? null
        : $"policy.prefix_cache: expected off with policy.layout {Layout.Name}, whose sequences share nothing, found on";

    /// <summary>KV moves to host memory that is not part of the pool.</summary>
    public bool UsesHost => (Overflow.SwapsOut || Scheduler.UsesHost) && !Layout.IncludesHost;
}
