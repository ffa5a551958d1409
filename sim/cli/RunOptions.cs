using System.CommandLine;
using ELLM.Sim.Experiments;
using ELLM.Sim.Hardware;
using ELLM.Sim.Models;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli;

/// <summary>The options that <c>compare</c> and <c>replay</c> share, and what they mean.</summary>
internal sealed class RunOptions
{
    private readonly Option<string?> _model = Text("--model", "NAME|FILE", "Model to serve.", () => ModelCatalog.Names);
    private readonly Option<string?> _gpu = Text("--gpu", "NAME|FILE", "GPU to serve on.", () => GpuCatalog.Names);
    private readonly Option<string?> _tp = Text("--tp", "N", "Tensor-parallel ranks.");
    private readonly Option<string?> _rate = Text("--rate", "REQ/S", "Rescale arrivals to this mean rate.");
    private readonly Option<string?> _scale = Text("--scale", "FACTOR", "Multiply every arrival time: 0.5 is twice the load.");
    private readonly Option<string?> _limit = Text("--limit", "N", "Use the first N requests.");
    private readonly Option<string?> _slo = Text("--slo", "ttft=T,tpot=T", "Latency objectives: 200ms, 0.2s, or seconds. Default: multiples of the unloaded latencies.");
    private readonly Option<string?> _sloShare = Text("--slo-share", "SHARE", "Attainment that --fail-on-slo asks for (default 0.9).");
    private readonly Option<bool> _failOnSlo = new("--fail-on-slo") { Description = "Exit with 1 when a policy's SLO attainment is below --slo-share." };
    private readonly Option<string[]> _set = new("--set") { Description = "Change any setting, such as policy.overflow=swap; 'ellm config schema' lists them.", HelpName = "KEY=VALUE" };
    private readonly Option<string?> _seed = Text("--seed", "N", "Seed of everything random (default 1).");
    private readonly Option<string?> _out = Text("--out", "DIR", "Directory for result files.");
    private readonly Option<bool> _force = new("--force") { Description = "Replace result files of an existing directory." };
    private readonly Option<string> _format = new("--format") { Description = "Form of the data on stdout.", DefaultValueFactory = _ => "table" };
    private readonly Option<bool> _step = new("--step") { Description = "Single decode steps instead of exact jumps: same results, slower." };
    private readonly Option<bool> _check = new("--check") { Description = "Verify every invariant at every iteration boundary." };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Say how the memory budget came about and where times come from." };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Say nothing but errors." };

    public RunOptions()
    {
        _format.AcceptOnlyFromAmong("table", "csv", "json");
        _set.CompletionSources.Add(_ => ConfigKeys.All.Select(k => new System.CommandLine.Completions.CompletionItem(k.Path + "=")));
    }

    public void AddTo(Command command)
    {
        Option[] all =
        [
            _model, _gpu, _tp, _rate, _scale, _limit, _slo, _sloShare, _failOnSlo, _set, _seed, _out, _force, _format, _step, _check, _verbose, _quiet,
        ];
        foreach (Option option in all)
            command.Options.Add(option);
    }

    public static Option<string?> Text(string name, string help, string description, Func<IReadOnlyList<string>>? values = null)
    {
        Option<string?> option = new(name) { Description = description, HelpName = help };
        if (values is not null)
            option.CompletionSources.Add(_ => values().Select(v => new System.CommandLine.Completions.CompletionItem(v)));
        return option;
    }

    /// <summary>Flags first, then every --set, so that the last word is the most explicit one.</summary>
    public IReadOnlyList<Assignment> Assignments(ParseResult parsed)
    {
        List<Assignment> list = [];
        void Flag(string path, Option<string?> option)
        {
            if (parsed.GetValue(option) is string value)
                list.Add(new Assignment(path, value));
        }
        Flag("model", _model);
        Flag("gpu", _gpu);
        Flag("tp", _tp);
        Flag("seed", _seed);
        if (parsed.GetValue(_slo) is string slo)
            list.AddRange(SloText.Parse(slo));
        list.AddRange((parsed.GetValue(_set) ?? []).Select(Assignment.Parse));
        return list;
    }

    public RunConfig Bind(ParseResult parsed, string policy) => ConfigBinder.Bind(PresetCatalog.Load(policy), Assignments(parsed));

    public TraceReadOptions Reading(ParseResult parsed) => new()
    {
        RatePerSecond = Values.Positive("--rate", parsed.GetValue(_rate)),
        TimeScale = Values.Positive("--scale", parsed.GetValue(_scale)),
        Limit = Values.Count("--limit", parsed.GetValue(_limit)),
        Seed = Values.Seed(parsed.GetValue(_seed)) ?? 1,
    };

    public SimulationOptions Simulating(ParseResult parsed, CancellationToken cancel) =>
        new(Step: parsed.GetValue(_step), Check: parsed.GetValue(_check), Cancel: cancel);

    public string Format(ParseResult parsed) => parsed.GetValue(_format)!;

    public string? Out(ParseResult parsed) => parsed.GetValue(_out);

    public bool Force(ParseResult parsed) => parsed.GetValue(_force);

    public bool Verbose(ParseResult parsed) => parsed.GetValue(_verbose);

    public bool Quiet(ParseResult parsed) => parsed.GetValue(_quiet);

    /// <summary>The exit code of runs that worked.</summary>
    public int ExitCodeOf(ParseResult parsed, IEnumerable<RunReport> reports)
    {
        double share = Values.Share("--slo-share", parsed.GetValue(_sloShare) ?? "0.9");
        bool missed = reports.Any(r => r.Summary is null || !(r.Summary.SloAttainment >= share));
        return parsed.GetValue(_failOnSlo) && missed ? ExitCode.ObjectiveMissed : ExitCode.Done;
    }
}
