using ELLM.Sim.Settings;

namespace ELLM.Sim.Memory;

/// <summary>Knobs of <see cref="ContiguousKv"/>.</summary>
public sealed record ContiguousKnobs : KnobSet
{
    [Knob("what a request reserves: max_model_len, output rounded up to a power of two, or the true length")]
    public Reservation Reservation { get; init; } = Reservation.Max;

    [Knob("smallest region in tokens", 1, 1 << 20)]
    public int MinAllocationTokens { get; init; } = 16;
}
