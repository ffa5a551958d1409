using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Configuration;

/// <summary>Everything that decides a run besides its trace. Defaults first, then the preset, then the user's flags and --set.</summary>
public sealed record RunConfig(
    [property: Knob("name of the policy preset")] string Preset,
    [property: Knob("model in the catalog, or the path of a model file")] string Model = "llama-3.1-8b",
    [property: Knob("GPU in the catalog, or the path of a GPU file")] string Gpu = "a100-80",
    [property: Knob("tensor-parallel ranks", 1, 1024)] int Tp = 1,
    [property: Knob("pipeline-parallel stages of tp GPUs each, and virtual engines that fill them", 1, 1024)] int Pp = 1,
    [property: Knob("seed of everything random in the run", 0)] ulong Seed = 1,
    [property: Knob("calibration profile of memory calls and copies, or its path; null: the one named as the GPU")] string? Profile = null,
    [property: Knob("another simulator whose scheduler, memory and batch-time rules the run follows; null: none", "vidur")] string? Compat =
        null,
    [property: Knob("ranks among the tensor-parallel ones that divide the experts by number; each expert is split over the rest", 1, 1024)]
    int Ep = 1)
{
    public EngineSpec Engine { get; init; } = new();

    public PolicySpec Policy { get; init; } = new();

    public TimingSpec Timing { get; init; } = new();

    /// <summary>Items of the memory budget to state instead of compute.</summary>
    public MemoryOverrides Memory { get; init; } = MemoryOverrides.None;

    public SloSpec Slo { get; init; } = new();
}
