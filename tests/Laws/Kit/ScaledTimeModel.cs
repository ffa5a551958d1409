using ELLM.Sim.Timing;

namespace ELLM.Sim.Tests.Laws.Kit;

/// <summary>Another model with every duration multiplied by one integer. Validity of decode pieces is unchanged.</summary>
internal sealed class ScaledTimeModel(ITimeModel inner, long factor) : ITimeModel
{
    public int MaxSequences => inner.MaxSequences;

    public DecodeCost Decode(in DecodeBatch batch)
    {
        DecodeCost cost = inner.Decode(batch);
        return cost with
        {
            FixedPs = checked(cost.FixedPs * factor),
            PerContextTokenPs = checked(cost.PerContextTokenPs * factor),
            PerLongestTokenPs = checked(cost.PerLongestTokenPs * factor),
        };
    }

    public long Mixed(ReadOnlySpan<PrefillChunk> chunks, in DecodeBatch decode) => checked(inner.Mixed(chunks, decode) * factor);
}
