using ELLM.Sim.Models;
using ELLM.Sim.Timing;
using FsCheck;

namespace ELLM.Sim.Tests.Timing.Kinds;

/// <summary>Floors under iterations stay floors when layers are of other kinds.</summary>
internal sealed class LeastCostKindsTests
{
    private static readonly (AnalyticTimeModel Time, IReadOnlyList<LeastCost> Costs)[] Models =
    [
        Of("h100", "llama-3.1-8b", 1), Of("h100", "mixtral-8x7b", 2), Of("h200", "deepseek-v3", 8), Of("h200", "gpt-oss-120b", 1),
        Of("h100", "gemma-2-9b", 1), Of("h200", "llama-4-scout", 4), Of("l40s", "qwen3-30b-a3b", 1),
    ];

    [FsCheck.NUnit.Property(Replay = "2468013,57", MaxTest = 400)]
    public bool No_iteration_is_cheaper_than_its_floor(PositiveInt which, NonNegativeInt sequences, PositiveInt length,
        NonNegativeInt chunk, NonNegativeInt cached)
    {
        (AnalyticTimeModel time, IReadOnlyList<LeastCost> costs) = Models[which.Get % Models.Length];
        int b = sequences.Get % 257;
        int c = chunk.Get * 37 % 9000;
        int k = cached.Get * 41 % 9000;
        if (b == 0 && c == 0)
            return true;
        long s = b * (long)(length.Get * 29 % 12_000 + 1);
        DecodeBatch batch = new(b, s, b == 0 ? 0 : s / b);
        long ps = c == 0 ? DecodeSums.StepPs(time.Decode(batch), batch.ContextTokens, batch.LongestContext)
            : time.Mixed([new PrefillChunk(c, k, true)], batch);
        int samples = b + (c > 0 ? 1 : 0);
        return costs.All(cost =>
            ps >= cost.FixedPs + cost.PerPromptTokenPs * c + cost.PerPromptSquarePs * ((double)(k + c) * (k + c) - (double)k * k)
            + cost.PerDecodePs * b + cost.PerContextTokenPs * s + cost.PerSamplePs * samples);
    }

    private static (AnalyticTimeModel, IReadOnlyList<LeastCost>) Of(string profile, string model, int tp)
    {
        AnalyticTimeModel time = new(TimingCatalog.Load(profile), ModelCatalog.Load(model), tp);
        return (time, time.LeastCosts(256));
    }
}
