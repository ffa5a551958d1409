using System.Globalization;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Bounds;
using ELLM.Sim.Experiments.Phases;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Numerics;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Bench;

/// <summary>How often the line before a comparison was wrong: on random steady loads, where it said that policies should tie, the loads on
/// which one beat the baseline all the same.</summary>
internal static class EstimateScore
{
    /// <summary>Points of attainment by which a policy has to be better.</summary>
    private const double Beaten = 0.03;

    private static readonly string[] Policies = ["vllm", "vllm-v1", "vtensor", "layerkv", "ellm-gpu", "ellm"];
    private static readonly string[] Models = ["llama-3.1-8b", "llama-3.2-3b", "qwen3-8b", "opt-13b"];
    private static readonly string[] Gpus = ["a100-80", "a100-40", "h100", "l40s"];
    private static readonly string[] Multiples = ["3", "5", "10", "25"];

    public static void Write(TextWriter target, int loads, int jobs)
    {
        int ties = 0, memory = 0, wrong = 0, right = 0;
        SortedDictionary<string, int> winners = new(StringComparer.Ordinal);
        for (int i = 0; i < loads; i++)
        {
            (PhaseCell cell, BatchEstimate at) = Draw(i, jobs);
            string[] better = [.. cell.Scores.Skip(1).Where(s => s.Gain.Mean > Beaten).Select(s => s.Policy)];
            ties += at.TpotBinds ? 1 : 0;
            memory += at.TpotBinds ? 0 : 1;
            right += !at.TpotBinds && better.Length > 0 ? 1 : 0;
            if (!at.TpotBinds || better.Length == 0)
                continue;
            wrong++;
            foreach (string policy in better)
                winners[policy] = winners.GetValueOrDefault(policy) + 1;
        }
        string by = winners.Count == 0 ? "" : $" ({string.Join(", ", winners.Select(w => $"{w.Key} {w.Value}"))})";
        target.Write(string.Create(CultureInfo.InvariantCulture,
            $"{loads} random steady loads: the line said tie on {ties}, and a policy beat {Policies[0]} by more than "
                + $"{100 * Beaten:0} points on {wrong} of them{by}; it said memory decides on {memory}, and one did on {right}\n"));
    }

    private static (PhaseCell Cell, BatchEstimate Estimate) Draw(int index, int jobs)
    {
        RandomStream random = RandomStream.Named((ulong)index + 1, "steady load");
        string Pick(string[] of) => of[(int)random.NextBelow((ulong)of.Length)];
        double Between(double low, double high) =>
            DeterministicMath.Exp(DeterministicMath.Log(low) + (random.NextDouble() * DeterministicMath.Log(high / low)));
        (string model, string gpu, string multiple) = (Pick(Models), Pick(Gpus), Pick(Multiples));
        int longest = model == "opt-13b" ? 2048 : 16_384;
        int prompt = (int)Between(128, longest / 2), output = (int)Between(32, longest / 8);
        Assignment[] settings =
        [
            new("model", model), new("gpu", gpu), new("engine.max_model_len", longest.ToString(CultureInfo.InvariantCulture)),
            new("slo.ttft_multiple", multiple), new("slo.tpot_multiple", multiple),
        ];
        RunConfig[] configs = [.. Policies.Select(p => ConfigBinder.Bind(PresetCatalog.Load(p), settings))];
        PhaseSpec spec = new([prompt], [Between(0.6, 1)], output, Seed: (ulong)index + 1);
        PhaseCell cell = new PhaseStudy(spec, configs).Run(SimulationOptions.Default, jobs)[0];
        Deployment baseline = Deployment.Resolve(configs[0]);
        Trace trace = spec.Trace(prompt, cell.RatePerS, 0);
        SloTargets slo = UnloadedLatency.Of(baseline.Time, trace, baseline.Limits.MaxModelLen).Targets(configs[0].Slo);
        return (cell, BatchEstimate.Of(baseline, trace, slo)!);
    }
}
