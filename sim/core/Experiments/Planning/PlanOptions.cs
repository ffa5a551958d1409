namespace ELLM.Sim.Experiments.Planning;

/// <summary>The deployments that a plan considers.</summary>
/// <param name="Gpus">Names in the GPU catalogue, or files.</param>
/// <param name="Tps">Tensor-parallel ranks.</param>
/// <param name="MaxGpus">No deployment has more GPUs than this.</param>
public sealed record PlanOptions(IReadOnlyList<string> Gpus, IReadOnlyList<int> Tps, int MaxGpus = 16)
{
    public static IReadOnlyList<int> DefaultTps { get; } = [1, 2, 4, 8];
}
