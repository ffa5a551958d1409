using System.CommandLine.Completions;
using System.CommandLine;
using System.Globalization;
using ELLM.Sim.Compat.Vidur;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Fleets;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Hardware;
using ELLM.Sim.Models;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Options;

/// <summary>The options that commands which simulate share, and what they mean.</summary>
internal sealed class RunOptions
{
    private readonly SettingOption[] _settings =
    [
        new("--model", "model", "NAME|FILE", "Model to serve.", () => ModelCatalog.Names),
        new("--gpu", "gpu", "NAME|FILE", "GPU to serve on.", () => GpuCatalog.Names) { Spelling = GpuCatalog.NameOf },
        new("--profile", "profile", "NAME|FILE", "Calibration profile that prices memory calls and copies (default: the GPU's own).", () => CalibrationCatalog.Names),
        new SettingOption("--tp", "tp", "N", "Tensor-parallel ranks.").Also("--tensor-parallel-size", "-tp"),
        new SettingOption("--pp", "pp", "N", "Pipeline-parallel stages, each of --tp GPUs.").Also("--pipeline-parallel-size", "-pp"),
        new("--time-model", "timing.model", "KIND", "Source of iteration times: analytic, table:DIR, linear:NAME, constant:step_us=N.", () => TimeModelCatalog.Kinds),
        new("--compat", "compat", "SIMULATOR", "Follow another simulator's rules and defaults: vidur.", () => ["vidur"]),
    ];
    private readonly Option<string[]> _slo = new("--slo")
    {
        Description = "Objectives of requests (ttft, tpot, e2e) and of the run (itl, ttft.p99), those alone: 200ms, 2s, 10x unloaded.",
        HelpName = "ttft=T,tpot=T",
    };
    private readonly Option<string?> _sloShare = Text("--slo-share", "SHARE", "Attainment that --fail-on-slo asks for (default 0.9).").Also("--attainment");
    private readonly Option<bool> _failOnSlo = new("--fail-on-slo") { Description = "Exit with 1 when a policy's SLO attainment is below --slo-share." };
    private readonly Option<string[]> _set = new("--set") { Description = "Change any setting, such as policy.overflow=swap; 'ellm config schema' lists them.", HelpName = "KEY=VALUE" };
    private readonly PolicyAssemblyOption _assembly = new();
    private readonly ReadOptions _reading = new();
    private readonly Option<string?> _out = CommonOptions.Out("DIR", "Directory for result files.");
    private readonly Option<bool> _force = CommonOptions.Force("Replace result files of an existing directory.");
    private readonly Option<string> _format;
    private readonly Option<bool> _json = new Option<bool>("--json") { Description = "The same as --format json." }.KeepingResults()
        .In(HelpGroups.Results);
    private readonly Option<bool> _noOracle = new("--no-oracle") { Description = "Run no oracles: no shares of what memory policy could still win, in less time." };
    private readonly Option<bool> _step = new("--step") { Description = "Single decode steps instead of exact jumps: same results, slower." };
    private readonly Option<bool> _check = new("--check") { Description = "Verify every invariant at every iteration boundary." };
    private readonly Option<bool> _verbose = CommonOptions.Verbose(
        "Where the time went and why policies differ; the memory budget; sources of times.");
    private readonly Option<bool> _quiet = CommonOptions.Quiet();

    private const string Parquet = "parquet";

    /// <param name="tables">The command writes tables of requests and timelines, which can be Parquet.</param>
    public RunOptions(bool tables = false)
    {
        string[] forms = ["table", "md", "csv", "json", .. tables ? [Parquet] : Array.Empty<string>()];
        _format = CommonOptions.Format("Form of the data on stdout.", forms);
        foreach (Option option in _settings.Append<Option>(_set).Append(_assembly.Option))
            option.In(HelpGroups.Deployment);
        foreach (Option option in new Option[] { _slo, _sloShare, _failOnSlo })
            option.In(HelpGroups.Objectives);
        foreach (Option option in new Option[] { _noOracle, _step, _check })
            option.In(HelpGroups.Running);
        _set.CompletionSources.Add(_ => ConfigKeys.All.Select(k => new CompletionItem(k.Path + "=")));
    }

    /// <param name="judged">The command's exit code can say that an objective was missed.</param>
    /// <param name="except">Options that mean nothing to the command.</param>
    public void AddTo(Command command, bool judged = true, params string[] except)
    {
        _reading.AddTo(command);
        Add(command, judged, except);
    }

    /// <summary>For a command that reads no trace: of what it draws only the seed is an option.</summary>
    public void AddDrawnTo(Command command, params string[] except)
    {
        _reading.AddSeedTo(command);
        Add(command, judged: false, except);
    }

    private void Add(Command command, bool judged, string[] except)
    {
        Option[] verdict = judged ? [_sloShare, _failOnSlo] : [];
        Option[] all =
        [
            .. _settings, _slo, .. verdict, _set, _assembly.Option, _out, _force, _format, _json, _noOracle, _step, _check, _verbose, _quiet,
        ];
        foreach (Option option in all.Where(o => !except.Contains(o.Name)))
            command.Options.Add(option);
    }

    public static Option<string?> Text(string name, string help, string description, Func<IReadOnlyList<string>>? values = null)
    {
        Option<string?> option = new(name) { Description = description, HelpName = help };
        if (values is not null)
            option.CompletionSources.Add(_ => values().Select(v => new CompletionItem(v)));
        return option;
    }

    /// <summary>Flags first, then every --set, so that the last word is the most explicit one.</summary>
    public IReadOnlyList<Assignment> Assignments(ParseResult parsed)
    {
        List<Assignment> list = [.. _settings.Select(option => option.Of(parsed)).OfType<Assignment>()];
        list.Add(new Assignment("seed", Reading(parsed).Seed.ToString(CultureInfo.InvariantCulture)));
        if (parsed.GetValue(_slo) is { Length: > 0 } slo)
            list.AddRange(SloText.Parse(string.Join(',', slo)));
        list.AddRange((parsed.GetValue(_set) ?? []).Select(Assignment.Parse));
        return list;
    }

    public RunConfig Bind(ParseResult parsed, string policy) => Bind(parsed, [policy])[0];

    /// <summary>A configuration for each policy; a knob of <c>--set</c> reaches those that have it.</summary>
    public IReadOnlyList<RunConfig> Bind(ParseResult parsed, IEnumerable<string> policies)
    {
        _assembly.Load(parsed);
        return ConfigBinder.Bind([.. policies.Select(PresetCatalog.Load)], Assignments(parsed));
    }

    /// <summary>A fleet of a file, with the settings of the command line in each of its deployments.</summary>
    public FleetPlan Fleet(ParseResult parsed, FleetSpec spec)
    {
        _assembly.Load(parsed);
        return FleetPlan.Of(spec, Assignments(parsed));
    }

    public TraceReadOptions Reading(ParseResult parsed) => _reading.Of(parsed);

    public SimulationOptions Simulating(ParseResult parsed, CancellationToken cancel) =>
        new(Step: parsed.GetValue(_step), Check: parsed.GetValue(_check), Compat: AsVidur, Threads: Environment.ProcessorCount, Cancel: cancel);

    /// <summary>Carries out runs of <c>--compat vidur</c>.</summary>
    internal static RunOutcome AsVidur(RunConfig config, Trace trace, IServingObserver observer, CancellationToken cancel)
    {
        const string Table = "table:";
        string model = config.Timing.Model;
        string? folder = model.StartsWith(Table, StringComparison.Ordinal) ? model[Table.Length..] : null;
        return VidurAdapter.Run(config, trace, new VidurAdapterOptions(folder, Observer: observer, Cancel: cancel));
    }

    /// <summary>Of the data on stdout: Parquet is for files, and the table is printed.</summary>
    public string Format(ParseResult parsed) => parsed.GetValue(_json) ? "json"
        : parsed.GetValue(_format) is { } format && format != Parquet ? format : "table";

    /// <summary>Tables of requests and timelines as Parquet too.</summary>
    /// <exception cref="InputException">Nowhere to write them.</exception>
    public bool WantsParquet(ParseResult parsed)
    {
        bool wanted = parsed.GetValue(_format) == Parquet;
        return !wanted || Out(parsed) is not null ? wanted
            : throw new InputException("--format parquet writes requests.parquet and timeline.parquet: say where with --out DIR");
    }

    public string? Out(ParseResult parsed) => parsed.GetValue(_out);

    public bool Oracles(ParseResult parsed) => !parsed.GetValue(_noOracle);

    public bool Force(ParseResult parsed) => parsed.GetValue(_force);

    public bool Verbose(ParseResult parsed) => parsed.GetValue(_verbose);

    public bool Quiet(ParseResult parsed) => parsed.GetValue(_quiet);

    /// <summary>The attainment that <c>--fail-on-slo</c> asks for, or null when nothing is asked.</summary>
    public double? RequiredShare(ParseResult parsed)
    {
        double share = Values.Share("--slo-share", parsed.GetValue(_sloShare) ?? "0.9");
        return parsed.GetValue(_failOnSlo) ? share : null;
    }

    /// <summary>The exit code of runs that worked; a policy that did not run has missed every objective.</summary>
    public static int ExitCodeOf(double? requiredShare, IEnumerable<RunReport> reports) =>
        requiredShare is double share
            && reports.Any(r => r.Summary is null || !(r.Summary.SloAttainment >= share) || r.Summary.Percentiles.Any(p => !p.Met))
            ? ExitCode.ObjectiveMissed
            : ExitCode.Done;
}
