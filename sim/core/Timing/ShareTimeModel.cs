using ELLM.Sim.Models;

namespace ELLM.Sim.Timing;

/// <summary>A stage's share, by its layers, of a model that only knows whole iterations. The shares of all stages sum to the whole
/// exactly.</summary>
public sealed class ShareTimeModel(ITimeModel whole, StageLayers stage) : ITimeModel
{
    public int MaxSequences => whole.MaxSequences;

    /// <summary>What the shares of all stages sum to.</summary>
    internal ITimeModel Whole => whole;

    public DecodeCost Decode(in DecodeBatch batch)
    {
        DecodeCost cost = whole.Decode(batch);
        return new DecodeCost(Share(cost.FixedPs), Share(cost.PerContextTokenPs), Share(cost.PerLongestTokenPs), cost.ValidSteps);
    }

    public long Mixed(ReadOnlySpan<PrefillChunk> chunks, in DecodeBatch decode) => Share(whole.Mixed(chunks, decode));

    private long Share(long ps) => (long)((Int128)ps * (stage.First + stage.Count) / stage.Of - (Int128)ps * stage.First / stage.Of);
}
