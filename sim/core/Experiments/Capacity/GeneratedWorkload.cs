using System.Collections.Concurrent;
using ELLM.Sim.Numerics;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>A workload preset or specification: every draw is generated with a seed of its own, one after the other.</summary>
public sealed class GeneratedWorkload : IWorkload
{
    private readonly GeneratorSpec _spec;
    private readonly ulong _seed;
    private readonly ConcurrentDictionary<int, Trace> _draws = [];

    /// <exception cref="InputException">The specification is wrong, or is a closed loop.</exception>
    public GeneratedWorkload(GeneratorSpec spec, int count, ulong seed, double? ratePerS = null)
    {
        if (spec.Arrivals is ClosedLoopSpec)
            throw new InputException($"{spec.Name}: a closed loop has no rate: completions make the arrivals");
        _spec = spec;
        _seed = seed;
        Original = TraceGenerator.Generate(spec, count, seed, ratePerS);
        // Arrivals of sessions are not those of requests.
        double? sessions = spec.Prompts?.StartsSessions == true ? TraceRate.Of(Original) : null;
        OriginalRatePerS = ratePerS ?? sessions ?? spec.Arrivals.ScaleToRatePerS ?? spec.Arrivals.NominalRatePerS;
        _draws[0] = Original;
    }

    public string Name => _spec.Name;

    public int Count => Original.Count;

    public Trace Original { get; }

    public double OriginalRatePerS { get; }

    public string Draws => "generated, each with the next seed";

    public Trace At(double ratePerS, int draw)
    {
        ulong seed = RandomStream.SeedOf(_seed, (ulong)draw);
        Trace drawn = _draws.GetOrAdd(draw, _ => TraceGenerator.Generate(_spec, Count, seed, ratePerS));
        return TraceGenerator.AtRate(drawn, _spec, seed, ratePerS);
    }
}
