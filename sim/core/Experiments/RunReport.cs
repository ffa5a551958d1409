using System.Text.Json.Nodes;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Bounds;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Memory;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Models;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Experiments;

/// <summary>A finished run with everything its files and tables are made of; or the reason why it could not start.</summary>
/// <param name="Label">Which run this is.</param>
/// <param name="Config">Its resolved configuration.</param>
public sealed record RunReport(RunLabel Label, RunConfig Config)
{
    /// <summary>Null when the policy ran.</summary>
    public string? Reason { get; init; }

    public Summary? Summary { get; init; }

    public UnloadedLatency Unloaded { get; init; }

    public Deployment? Deployment { get; init; }

    /// <summary>Null when the run failed, or when only the summary was kept.</summary>
    public RunOutcome? Outcome { get; init; }

    public Timeline? Timeline { get; init; }

    /// <summary>What no policy can pass on this load; null where none holds, or it was not asked for.</summary>
    public LoadBound? Bound { get; init; }

    public SummaryRow Row => new(Label, Summary, Reason);

    /// <summary>Runs a trace under a configuration, watched.</summary>
    /// <param name="options">Its observer watches beside the run's metrics; its users are replaced by those of a closed-loop trace.</param>
    /// <exception cref="InputException">The configuration cannot start, or the run can make no progress.</exception>
    public static RunReport Run(RunConfig config, Trace trace, SimulationOptions options) =>
        Run(Resolve(config), config, trace, options);

    /// <summary>What a run of that configuration is judged by and built from.</summary>
    /// <exception cref="InputException">The configuration cannot start.</exception>
    public static Deployment Resolve(RunConfig config) =>
        // Another simulator reads its own tables; objectives and rates then come from the formulas.
        Deployment.Resolve(config.Compat is null ? config : config with { Timing = config.Timing with { Model = "analytic" } });

    /// <summary>The same on a deployment that <see cref="Resolve"/> made of that configuration: many runs may share one.</summary>
    public static RunReport Run(Deployment deployment, RunConfig config, Trace trace, SimulationOptions options)
    {
        UnloadedLatency unloaded = UnloadedLatency.Of(deployment.Time, trace, deployment.Limits.MaxModelLen);
        RunMetrics metrics = new() { Activation = deployment.Activation, Blocks = config.Compat is null ? options.Blocks : null };
        IServingObserver observer = options.Observer is null ? metrics : new ObserverPair(metrics, options.Observer);
        RunOutcome outcome = Replay(deployment, config, trace, options with { Observer = observer });
        RunLabel label = LabelOf(config, trace);
        Summary summary = SummaryBuilder.Build(
            label, outcome, metrics, unloaded.Targets(config.Slo), Rates(deployment), config.Engine.Replicas * config.Pp);
        CheckLentTimes(deployment, summary);
        return new RunReport(label, config)
        {
            Summary = summary,
            Unloaded = unloaded,
            Deployment = deployment,
            Outcome = outcome,
            Timeline = metrics.Timeline,
        };
    }

    /// <summary>Borrowed times that read memory faster than the card can are no times of the card.</summary>
    private static void CheckLentTimes(Deployment deployment, Summary summary)
    {
        if (deployment.LentTimes is string card && summary.BandwidthUtilization is > 1 and double share)
        {
            throw new InputException(FormattableString.Invariant(
                $"{deployment.Gpu.Name}: times borrowed from {card} use {share:0.00} of the memory bandwidth; timing.profile names another"));
        }
    }

    /// <summary>The records of such a run alone, watched only by the observer of the options, if there is one.</summary>
    public static RunOutcome Replay(Deployment deployment, RunConfig config, Trace trace, SimulationOptions options)
    {
        UserLoop? users = trace.ClosedLoop is null ? null : new UserLoop(trace.ClosedLoop.Users, trace.ClosedLoop.ThinkPs);
        return config.Compat is null
            ? Simulation.Run(deployment, trace, options with { Users = users })
            : RunCompatible(config, trace, options, options.Observer ?? new RunMetrics());
    }

    private static RunOutcome RunCompatible(RunConfig config, Trace trace, SimulationOptions options, IServingObserver observer)
    {
        if (trace.ClosedLoop is not null)
            throw new InputException($"compat: {config.Compat} replays arrival times, found a closed loop");
        if (trace.Find<SessionPlan>() is not null)
            throw new InputException($"compat: {config.Compat} replays arrival times, found sessions whose turns wait for one another");
        CompatibleRun run = options.Compat ?? throw new InvalidOperationException($"nothing runs {config.Compat}");
        return run(config, trace, observer, options.Cancel);
    }

    /// <summary>The same run beside what its oracle reached.</summary>
    public RunReport ScoredBy(Summary? oracle) => oracle is null || Summary is null
        ? this
        : this with { Summary = Summary with { Oracle = OracleScore.Of(oracle) } };

    /// <summary>The same run beside the bound of its load.</summary>
    public RunReport Bounded() => Outcome is null || Deployment is null || Summary is null
        ? this
        : this with { Bound = LoadBound.Of(Deployment, Outcome, Summary.Slo) };

    /// <summary>Base names only: a model or GPU file's folder says nothing about the run.</summary>
    public static RunLabel LabelOf(RunConfig config, Trace trace) =>
        new(trace.Name, config.Preset, BaseName(config.Model), BaseName(config.Gpu), config.Tp, config.Pp, config.Seed);

    /// <summary>The origin of the result, for summary.json.</summary>
    public RunManifest Manifest(Trace trace)
    {
        JsonObject config = ConfigBinder.ToTree(Config with { Model = BaseName(Config.Model), Gpu = BaseName(Config.Gpu) });
        return new RunManifest(Version, trace.ContentHash, config, TimeModel(), Memory(), Assemblies());
    }

    public static string Version { get; } = typeof(RunReport).Assembly.GetName().Version?.ToString(3) ?? "0";

    private JsonArray TimeModel() => Deployment is null
        ? []
        : new JsonArray(
        [
            .. Deployment.Provenance.Parts.Select(part => (JsonNode)Part(part.Part, part.Source, part.Borrowed)),
            .. (Deployment.Extrapolation?.Lines ?? []).Select(line => (JsonNode)Part("extrapolation", line, false)),
            Part(
                "memory calls and copies",
                $"calibration {Deployment.Costs.Profile.Summary}",
                Deployment.Costs.Profile.Kinds.Contains(ProvenanceKind.Assumed)),
        ]);

    private static JsonObject Part(string part, string source, bool borrowed) => new JsonObject
    {
        ["part"] = part,
        ["source"] = source,
        ["borrowed"] = borrowed,
    };

    private JsonArray? Assemblies()
    {
        JsonNode[] used =
        [
            .. PolicyAssembly.UsedBy(Config.Policy, Config.Engine.Router)
                .Select(a => new JsonObject { ["name"] = a.Name, ["sha256"] = a.Sha256 }),
        ];
        return used.Length == 0 ? null : new JsonArray(used);
    }

    private JsonObject? Memory()
    {
        if (Deployment is null)
            return null;
        JsonObject lines = [];
        foreach (MemoryBudgetLine line in Deployment.Budget.Lines)
            lines[line.Name] = new JsonObject { ["value"] = line.Value, ["origin"] = line.Origin };
        return lines;
    }

    internal static HardwareRates Rates(Deployment deployment)
    {
        ModelSpec model = deployment.Model;
        int ranks = deployment.Config.Tp;
        ModelRank rank = model.ForRank(ranks);
        return new HardwareRates(
            model.LinearFlopsPerToken,
            model.HeadFlopsPerSample,
            model.AttentionFlops(1, 0),
            (double)rank.LeastWeightBytesRead * ranks,
            (double)(rank.KvBytesPerToken() - rank.WindowKvBytesPerToken()) * ranks,
            deployment.Gpu.PeakTflops16Bit * 1e12 * ranks,
            deployment.Gpu.HbmGbPerS * 1e9 * ranks,
            deployment.KvPoolBytes);
    }

    private static string BaseName(string nameOrPath) => Path.GetFileNameWithoutExtension(nameOrPath) is { Length: > 0 } name && nameOrPath.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
        ? name
        : nameOrPath;
}
