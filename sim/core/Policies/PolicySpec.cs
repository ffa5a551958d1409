using System.Text.Json.Serialization;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Policies;

/// <summary>Where preempted requests wait.</summary>
public enum Requeue : byte
{
    /// <summary>At the front of the queue (vLLM).</summary>
    Front,

    /// <summary>Behind those that have arrived, so that a long one does not block the others.</summary>
    Back,
}

/// <summary>A memory policy as a composition of four roles (configs/policies holds the presets), and the knobs of the parts it
/// chose.</summary>
/// <remarks>
/// <para>What stands here is of every policy. All other knobs belong to a part, which brings a record of them with its entry in a
/// catalogue (<see cref="PolicyParts"/>) and reads it with <see cref="Of{T}"/>. Keys are flat: <c>policy.block_tokens</c> is the
/// layout's, <c>policy.slack_limit</c> the scheduler's.</para>
/// <para>Attention factors: vAttention reports paged kernels up to 1.37 (FlashAttention-2) and 1.42 times (FlashInfer) slower than
/// contiguous ones in prefill: 0.73 and 0.70. Kernels on mapped memory took 1.1 on an A100 (GLake slides, May 2024). vTensor reports
/// 2.12 times faster decode than vLLM's own paged kernel of 2024: 0.47.</para>
/// </remarks>
[JsonConverter(typeof(PolicySpecJson))]
public sealed record PolicySpec(
    [property: Role("layout", "how KV is placed")] string Layout = "paged",
    [property: Role("boundary", "between activations and KV")] string Boundary = "fixed",
    [property: Role("overflow", "when KV runs out")] string Overflow = "recompute",
    [property: Role("scheduler", "who runs next")] string Scheduler = "prefill-first") : KnobSet
{
    private KnobSets Sets { get; init; } = KnobSets.Empty;

    [Knob("host memory for KV, GiB: swap space, a CPU buffer, the second memory of the policy's oracle", 0, 1 << 20)]
    public double SwapGib { get; init; } = 4;

    [Knob("preempted requests wait at the front of the queue or behind those that have arrived")]
    public Requeue Requeue { get; init; } = Requeue.Front;

    [Knob("time of prefill attention over that of the timing profile's paged kernels", 0.01, 100)]
    public double PrefillAttentionFactor { get; init; } = 1;

    [Knob("time of decode attention over that of the timing profile's paged kernels", 0.01, 100)]
    public double DecodeAttentionFactor { get; init; } = 1;

    /// <summary><see cref="SwapGib"/> in bytes.</summary>
    public long HostBytes => (long)(SwapGib * (1L << 30));

    /// <summary>The knobs of a part, by the type of its record; its defaults when the policy changes none.</summary>
    public T Of<T>()
        where T : KnobSet, new() => Sets.Find<T>() ?? new T();

    /// <summary>With the knobs of parts as given.</summary>
    public PolicySpec With(params ReadOnlySpan<KnobSet> sets) => this with { Sets = Sets.With(sets) };

    /// <summary>With other roles. Only the scheduler's knobs are kept: those of the others are what memory policy is.</summary>
    public PolicySpec WithMemory(string layout, string boundary, string overflow) => this with
    {
        Layout = layout,
        Boundary = boundary,
        Overflow = overflow,
        Sets = KnobSets.Empty.With([KnobsOf(SchedulerCatalog.Find(Scheduler).Knobs)]),
    };

    /// <summary>The knobs of a part as they are here.</summary>
    /// <param name="defaults">As its entry has them.</param>
    internal KnobSet KnobsOf(KnobSet defaults) => Sets.Find(defaults.GetType()) ?? defaults;
}
