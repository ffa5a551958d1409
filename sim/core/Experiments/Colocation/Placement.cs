using ELLM.Sim.Memory;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Experiments.Colocation;

/// <summary>Which GPU each engine lives on, and what its GPU has left for KV.</summary>
/// <param name="GpuOf">GPU of each engine.</param>
/// <param name="KvBytes">KV memory of each GPU: its share less weights, context, activation reserve and graphs of its engines.</param>
/// <remarks>
/// Engines in falling order of what they hold for good, each to the GPU with the most memory left; the lowest number among equals
/// (worst fit decreasing: it evens out what is left for KV). Engines stay where they are.
/// </remarks>
public sealed record Placement(IReadOnlyList<int> GpuOf, IReadOnlyList<long> KvBytes)
{
    public int Gpus => KvBytes.Count;

    public int EnginesOn(int gpu) => GpuOf.Count(g => g == gpu);

    /// <summary>Places engines on that many GPUs, or on the fewest that leave an equal share for each engine's longest request.</summary>
    /// <param name="budgets">Of each engine alone on a GPU.</param>
    /// <param name="longestBytes">KV of each engine's longest request.</param>
    /// <exception cref="InputException">They do not fit; the message says how many GPUs would do.</exception>
    public static Placement Of(IReadOnlyList<MemoryBudget> budgets, IReadOnlyList<long> longestBytes, int? gpus, string gpuName)
    {
        if (gpus is not int wanted)
            return Fewest(budgets, longestBytes) ?? throw new InputException($"no number of {gpuName} holds these models");
        Placement placement = On(wanted, budgets);
        if (placement.KvBytes.All(left => left > 0))
            return placement;
        string fewest = Fewest(budgets, longestBytes) is { } fits ? $"; {fits.Gpus} would do" : "";
        long needed = budgets.Sum(Fixed);
        throw new InputException(
            $"{budgets.Count} models do not fit {wanted} x {gpuName}: weights, context and activation reserves take "
                + $"{ShortText.Gib(needed)} of "
            + $"{ShortText.Gib(wanted * budgets[0].UtilisedBytes)}, and one GPU is "
            + $"{ShortText.Gib(placement.KvBytes.Max(left => -left))} short{fewest}");
    }

    /// <summary>What an engine holds from start to end beside KV.</summary>
    public static long Fixed(MemoryBudget budget) => budget.WeightsBytes + budget.ContextBytes + budget.ActivationBytes;

    private static Placement? Fewest(IReadOnlyList<MemoryBudget> budgets, IReadOnlyList<long> longestBytes)
    {
        for (int n = 1; n <= budgets.Count; n++)
        {
            Placement placement = On(n, budgets);
            bool fits = true;
            for (int i = 0; i < budgets.Count && fits; i++)
            {
                int gpu = placement.GpuOf[i];
                fits = placement.KvBytes[gpu] / placement.EnginesOn(gpu) >= longestBytes[i];
            }
            if (fits)
                return placement;
        }
        return null;
    }

    private static Placement On(int gpus, IReadOnlyList<MemoryBudget> budgets)
    {
        int[] gpuOf = new int[budgets.Count];
        long[] left = new long[gpus];
        long[] graphs = new long[gpus];
        Array.Fill(left, budgets[0].UtilisedBytes);
        foreach (int engine in Enumerable.Range(0, budgets.Count).OrderByDescending(i => Fixed(budgets[i])))
        {
            int roomiest = Array.IndexOf(left, left.Max());
            gpuOf[engine] = roomiest;
            left[roomiest] -= Fixed(budgets[engine]);
            graphs[roomiest] += budgets[engine].GraphBytes;
        }
        // Graphs live in what utilisation leaves outside the engines' share, as long as they fit there.
        long outside = budgets[0].VisibleBytes - budgets[0].UtilisedBytes;
        for (int gpu = 0; gpu < gpus; gpu++)
            left[gpu] -= Math.Max(0, graphs[gpu] - outside);
        return new Placement(gpuOf, left);
    }
}
