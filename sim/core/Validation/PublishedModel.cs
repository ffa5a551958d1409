using ELLM.Sim.Hardware;
using ELLM.Sim.Models;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Validation;

/// <summary>A deployment of a publication, timed by the formulas.</summary>
internal sealed class PublishedModel
{
    private readonly AnalyticTimeModel _time;

    /// <param name="gpu">GPU in the catalog.</param>
    /// <param name="model">Model in the catalog.</param>
    /// <param name="tp">GPUs that share each layer.</param>
    /// <param name="overhead">Host overhead of the engine.</param>
    /// <param name="profile">Timing profile; null: the GPU's.</param>
    /// <param name="weights">How weights are stored.</param>
    public PublishedModel(
        string gpu, string model, int tp, EngineOverhead overhead, string? profile = null, WeightFormat weights = WeightFormat.Model)
    {
        TimingProfile device = TimingCatalog.Load(profile ?? GpuCatalog.Load(gpu).Timing);
        OverheadProfile kind = overhead.FloorUsPerLayer > 0 ? OverheadProfile.Eager : OverheadProfile.Graph;
        _time = new AnalyticTimeModel(device, ModelCatalog.Load(model), tp,
            new TimingOptions(512, kind, Engine: overhead, Weights: weights));
    }

    /// <summary>A light host: 0.3 ms and 0.01 ms a sequence, for engines that publish no overhead.</summary>
    public static EngineOverhead Light { get; } = new(300, 10, 0, "assumed for engines of 2023 and 2024 that publish none", false);

    public static EngineOverhead Eager(string device) => OverheadCatalog.Load($"eager-2023-{device}").Overhead;

    /// <summary>Milliseconds of one iteration over that many prompts.</summary>
    public double PrefillMs(int tokens, int prompts = 1)
    {
        PrefillChunk[] chunks = new PrefillChunk[prompts];
        Array.Fill(chunks, new PrefillChunk(tokens, 0, true));
        return _time.Mixed(chunks, default) / 1e9;
    }

    /// <summary>Milliseconds of a decode step of that many sequences of one length.</summary>
    public double DecodeMs(int sequences, long length)
    {
        DecodeBatch batch = new(sequences, sequences * length, length);
        return _time.Decode(batch).Steps(batch).FirstPs / 1e9;
    }

    /// <summary>Milliseconds of a whole batch: one prefill iteration and the decode steps after it.</summary>
    public double BatchMs(int sequences, int input, int output)
    {
        double ms = PrefillMs(input, sequences);
        for (int i = 1; i < output; i++)
            ms += DecodeMs(sequences, input + i);
        return ms;
    }
}
