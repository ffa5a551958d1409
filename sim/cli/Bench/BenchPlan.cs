using ELLM.Sim.Policies;

namespace ELLM.Sim.Cli.Bench;

/// <summary>How much <c>ellm bench</c> does.</summary>
/// <param name="Requests">Requests of the main measurement and of the file.</param>
/// <param name="Repeats">Repeats of the main measurement and of the file.</param>
/// <param name="PolicyRequests">Requests of the measurement of every policy.</param>
/// <param name="PolicyRepeats">Repeats of it.</param>
/// <param name="Growth">Requests and repeats of the growth measurement, ascending.</param>
internal sealed record BenchPlan(
    int Requests, int Repeats, int PolicyRequests, int PolicyRepeats, IReadOnlyList<(int Requests, int Repeats)> Growth)
{
    public static BenchPlan Full { get; } = new(1_000_000, 5, 100_000, 5, [(10_000, 31), (100_000, 11), (1_000_000, 5), (10_000_000, 3)]);

    public static BenchPlan Quick { get; } = new(200_000, 3, 20_000, 5, [(10_000, 9), (100_000, 3), (1_000_000, 1)]);

    /// <summary>The main measurement, then every policy.</summary>
    public IEnumerable<BenchRow> Policies =>
        [new BenchRow("vllm", Requests), .. PresetCatalog.Names.Select(name => new BenchRow(name, PolicyRequests))];
}
