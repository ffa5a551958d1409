using System.Globalization;
using ELLM.Sim.Configuration;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Bench;

/// <summary>One figure of <c>ellm bench</c>, by the name that every build understands: <c>WHAT@REQUESTS</c>.</summary>
/// <param name="What">A policy (the engine alone, all metrics on), <c>steady</c> (vllm under Poisson arrivals) or <c>files</c> (a
/// CSV file to result files).</param>
internal sealed record BenchRow(string What, int Requests)
{
    private const string Steady = "steady", Files = "files";
    private const int WarmUpRequests = 5_000;

    public string Name => string.Create(CultureInfo.InvariantCulture, $"{What}@{Requests}");

    /// <summary>What a user waits for when files are read and written beside the simulation; else what the work costs.</summary>
    public bool OnTheClock => What == Files;

    /// <exception cref="InputException">No such row.</exception>
    public static BenchRow Parse(string name)
    {
        string[] parts = name.Split('@');
        if (parts.Length != 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int requests) || requests < 1)
            throw new InputException($"bench row '{name}': expected WHAT@REQUESTS, such as vllm@100000");
        if (parts[0] is not (Steady or Files) && !PresetCatalog.Names.Contains(parts[0]))
            throw new InputException($"bench row '{name}': expected a policy, {Steady} or {Files}, found '{parts[0]}'");
        return new BenchRow(parts[0], requests);
    }

    /// <summary>Measures the row in this process, which has done nothing else, once its code is compiled for good.</summary>
    public BenchRound Measure(int laps)
    {
        if (What == Files)
            return MeasureFiles(laps);
        Deployment deployment = Deployment.Resolve(Workbench.Config(What == Steady ? "vllm" : What));
        Trace brief = Draw(Math.Min(Requests, WarmUpRequests));
        Trace trace = Draw(Requests);
        WarmUp.Settle(() => Workbench.Simulate(deployment, brief));
        long iterations = Workbench.Simulate(deployment, trace).Outcome.Counters.Iterations;
        return BenchRound.Of(this, iterations, Laps.Of(laps, () => Workbench.Simulate(deployment, trace)));
    }

    private BenchRound MeasureFiles(int laps)
    {
        using FileToFile brief = new(Math.Min(Requests, WarmUpRequests));
        using FileToFile whole = new(Requests);
        WarmUp.Settle(() => brief.Replay());
        long iterations = whole.Replay();
        return BenchRound.Of(this, iterations, Laps.Of(laps, () => whole.Replay()));
    }

    private Trace Draw(int requests) => What == Steady ? Workbench.Steady(requests) : Workbench.Drifting(requests);
}
