using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Configuration;

/// <summary>Everything that decides a run besides its trace. Defaults first, then the preset, then the user's flags and --set.</summary>
/// <param name="Model">Name in the model catalog, or the path of a model file.</param>
/// <param name="Gpu">Name in the GPU catalog, or the path of a GPU file.</param>
/// <param name="Tp">Tensor-parallel ranks.</param>
/// <param name="Pp">Pipeline-parallel stages; each has <paramref name="Tp"/> GPUs.</param>
/// <param name="Profile">Calibration profile that prices memory calls and copies: a name or a path; the GPU's own when absent.</param>
/// <param name="Compat">Another simulator whose rules and defaults the run follows: vidur.</param>
/// <param name="Seed">Seed of everything random in the run (generated traces, sampled costs).</param>
public sealed record RunConfig(
    string Preset,
    string Model = "llama-3.1-8b",
    string Gpu = "a100-80",
    int Tp = 1,
    int Pp = 1,
    ulong Seed = 1,
    string? Profile = null,
    string? Compat = null)
{
    public EngineSpec Engine { get; init; } = new();

    public PolicySpec Policy { get; init; } = new();

    public TimingSpec Timing { get; init; } = new();

    /// <summary>Items of the memory budget to state instead of compute.</summary>
    public MemoryOverrides Memory { get; init; } = MemoryOverrides.None;

    public SloSpec Slo { get; init; } = new();
}
