using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;

namespace ELLM.Sim.Experiments.Phases;

/// <summary>The cells of a phase diagram: mean prompt against load.</summary>
/// <param name="Prompts">Mean prompts, tokens.</param>
/// <param name="Loads">Shares of the rate that the baseline serves when it is saturated.</param>
/// <param name="Output">Mean output, tokens.</param>
/// <param name="Requests">Measured requests of a draw.</param>
/// <param name="Draws">Traces a cell.</param>
/// <param name="Seed">Of the first draw; each further one has the next.</param>
public sealed record PhaseSpec(
    IReadOnlyList<int> Prompts, IReadOnlyList<double> Loads, int Output, int Requests = PhaseSpec.LeastRequests,
    int Draws = PhaseSpec.LeastDraws, ulong Seed = 1)
{
    /// <summary>Fewer measured requests, or draws, say too little of a steady load.</summary>
    public const int LeastRequests = 2000, LeastDraws = 3;

    /// <summary>Requests before the measured ones, which find the deployment empty, and after them, so that the last of them do not find
    /// it emptying: more than any shipped engine has in a batch by default on most cards.</summary>
    public const int WarmUp = 500;

    public static IReadOnlyList<int> DefaultPrompts { get; } = [512, 1024, 2048, 4096, 8192, 16_384];

    public static IReadOnlyList<double> DefaultLoads { get; } = [0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2];

    /// <summary>All requests of a draw.</summary>
    public int Count => Requests + (2 * WarmUp);

    /// <summary>Poisson arrivals; prompts and outputs are even between half and three halves of their means.</summary>
    public GeneratorSpec Workload(int prompt) =>
        new($"phase-{prompt}-{Output}", new PoissonArrivals(1), Around(prompt), Around(Output));

    /// <summary>The trace of a draw, from 0.</summary>
    public Trace Trace(int prompt, double ratePerS, int draw) =>
        TraceGenerator.Generate(Workload(prompt), Count, Seed + (ulong)draw, ratePerS);

    /// <exception cref="InputException">A value is out of its range.</exception>
    public void Check(int maxModelLen)
    {
        if (Requests < LeastRequests)
            throw new InputException($"--requests: expected at least {LeastRequests}, found {Requests}");
        if (Draws < LeastDraws)
            throw new InputException($"--draws: expected at least {LeastDraws}, found {Draws}");
        int longest = (3 * Prompts.Max() / 2) + (3 * Output / 2);
        if (longest > maxModelLen)
        {
            throw new InputException(
                $"--prompts: expected prompts and outputs up to max_model_len ({maxModelLen}), found up to {longest} tokens in all");
        }
    }

    private static UniformLengths Around(int mean) => new(Math.Max(1, mean / 2), mean + (mean / 2));
}
