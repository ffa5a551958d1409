using System.Globalization;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;

namespace ELLM.Sim.Experiments.Reproductions;

/// <summary>Draws the requests of an experiment.</summary>
internal static class Loads
{
    /// <summary>Requests a second that stand for all at once.</summary>
    private const double AtOnce = 1e6;

    /// <exception cref="InputException">The load is wrong.</exception>
    public static Trace Draw(string experiment, LoadSpec load)
    {
        if (load.Trace is string name)
            return Traces.Load(name, new TraceReadOptions { Limit = load.Requests, RatePerSecond = load.RatePerS }).Trace;
        return TraceGenerator.Generate(Alike(experiment, load), load.Requests, seed: 1);
    }

    /// <summary>The same to be run at any rate.</summary>
    /// <exception cref="InputException">The load is wrong.</exception>
    public static IWorkload Workload(string experiment, LoadSpec load) => load.Trace is string name
        ? Traces.LoadWorkload(name, new TraceReadOptions { Limit = load.Requests, RatePerSecond = load.RatePerS }).Workload
        : new GeneratedWorkload(Alike(experiment, load), load.Requests, seed: 1);

    private static GeneratorSpec Alike(string experiment, LoadSpec load)
    {
        if (load.InputTokens is not int input || load.OutputTokens is not int output)
            throw new InputException($"{experiment}: load: expected a trace, or input_tokens and output_tokens");
        string label = string.Create(CultureInfo.InvariantCulture, $"{input} + {output} tokens");
        return new GeneratorSpec(label, new PoissonArrivals(load.RatePerS ?? AtOnce), Around(input, load.InputSpread),
            Around(output, load.OutputSpread));
    }

    private static UniformLengths Around(int tokens, double spread) => new(
        Math.Max(1, (int)Math.Round(tokens * (1 - spread), MidpointRounding.AwayFromZero)),
        (int)Math.Round(tokens * (1 + spread), MidpointRounding.AwayFromZero));
}
