using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Numerics;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments.Phases;

/// <summary>Where in prompt length and load a policy pays against the baseline.</summary>
/// <remarks>
/// A cell is nothing but runs of a comparison: every policy on the same traces, each from an empty deployment until all are done, with
/// objectives made of the trace as always. Requests of the warm-up and of the end load the deployment and are not counted.
/// </remarks>
/// <param name="spec">Which cells.</param>
/// <param name="configs">The baseline first.</param>
public sealed class PhaseStudy(PhaseSpec spec, IReadOnlyList<RunConfig> configs)
{
    private readonly Deployment[] _deployments = [.. configs.Select(RunReport.Resolve)];

    public PhaseSpec Spec => spec;

    public RunConfig Baseline => configs[0];

    public string Model => _deployments[0].Model.Name;

    public string Gpu => _deployments[0].Gpu.Name;

    /// <summary>Longest sequence of the baseline, tokens.</summary>
    public int MaxModelLen => _deployments[0].Limits.MaxModelLen;

    /// <summary>What a user should know before believing the result; one line each.</summary>
    public IEnumerable<string> Warnings => _deployments.SelectMany(d => d.Warnings).Distinct();

    /// <summary>Runs of the whole study: what its progress counts up to.</summary>
    public int Runs => spec.Prompts.Count * (1 + (spec.Loads.Count * spec.Draws * configs.Count));

    /// <returns>Row by row: a prompt's loads beside each other.</returns>
    /// <exception cref="InputException">A value is out of its range, or a run can make no progress.</exception>
    public IReadOnlyList<PhaseCell> Run(SimulationOptions options, int jobs)
    {
        spec.Check(MaxModelLen);
        SimulationSlots slots = new(jobs, options.Cancel);
        SimulationOptions each = options with { Progress = null };
        int done = 0;
        double[] saturated = new double[spec.Prompts.Count];
        slots.ForEach(saturated.Length, i =>
        {
            saturated[i] = SaturatedRate(spec.Prompts[i], each);
            options.Progress?.Report(Interlocked.Increment(ref done));
        });
        int cells = spec.Prompts.Count * spec.Loads.Count;
        double[,,] met = new double[cells, spec.Draws, configs.Count];
        slots.ForEach(cells * spec.Draws, at =>
        {
            (int cell, int draw) = Math.DivRem(at, spec.Draws);
            (int prompt, int load) = Math.DivRem(cell, spec.Loads.Count);
            Trace trace = spec.Trace(spec.Prompts[prompt], spec.Loads[load] * saturated[prompt], draw);
            for (int policy = 0; policy < configs.Count; policy++)
            {
                met[cell, draw, policy] = Attainment(policy, trace, each);
                options.Progress?.Report(Interlocked.Increment(ref done));
            }
        });
        return [.. Enumerable.Range(0, cells).Select(cell =>
        {
            (int prompt, int load) = Math.DivRem(cell, spec.Loads.Count);
            double[] Of(int policy) => [.. Enumerable.Range(0, spec.Draws).Select(draw => met[cell, draw, policy])];
            double[] baseline = Of(0);
            return new PhaseCell(spec.Prompts[prompt], spec.Loads[load], spec.Loads[load] * saturated[prompt],
                [.. configs.Select((config, policy) => new PhaseScore(config.Preset, MeanInterval.Of(Of(policy)),
                    policy == 0 ? default : MeanInterval.Of([.. Of(policy).Zip(baseline, (a, b) => a - b)])))]);
        })];
    }

    /// <summary>Share of the measured requests of a trace that meet their objectives.</summary>
    private double Attainment(int policy, Trace trace, SimulationOptions options)
    {
        Deployment deployment = _deployments[policy];
        RunOutcome outcome = RunReport.Replay(deployment, configs[policy], trace, options);
        SloTargets slo = UnloadedLatency.Of(deployment.Time, trace, deployment.Limits.MaxModelLen).Targets(configs[policy].Slo);
        return Attainment(outcome.Records, slo);
    }

    /// <summary>The same of the records of such a run.</summary>
    public static double Attainment(ReadOnlySpan<RequestRecord> records, in SloTargets slo)
    {
        ReadOnlySpan<RequestRecord> measured = records[PhaseSpec.WarmUp..^PhaseSpec.WarmUp];
        int met = 0;
        foreach (ref readonly RequestRecord record in measured)
            met += slo.Meets(record) ? 1 : 0;
        return (double)met / measured.Length;
    }

    /// <summary>Requests a second that the baseline finishes while all others wait: between the first and the last quarter of those that
    /// are there from the start.</summary>
    public double SaturatedRate(int prompt, SimulationOptions options)
    {
        Trace all = spec.Trace(prompt, CapacitySearch.MostPerS, 0);
        RunOutcome outcome = RunReport.Replay(_deployments[0], configs[0], all, options);
        long[] ends = [.. outcome.Records.Where(r => r.Status == RequestStatus.Finished).Select(r => r.FinishPs).Order()];
        if (ends.Length < 4)
            throw new InputException($"{configs[0].Preset}: serves none of the prompts of {prompt} tokens");
        (int first, int last) = (ends.Length / 4, 3 * ends.Length / 4);
        return (last - first) / ((ends[last] - ends[first]) / 1e12);
    }
}
