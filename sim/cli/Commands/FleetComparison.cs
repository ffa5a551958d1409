using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Fleets;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Streams;
using Trace = ELLM.Sim.Workload.Trace;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm compare --fleet FILE</c>, and what keeps no records: streams, and <c>--keep summary</c>.</summary>
internal sealed class FleetComparison
{
    private const string Requests = "requests", Summary = "summary";

    private readonly Option<string?> _fleet = RunOptions
        .Text("--fleet", "NAME|FILE", "Fleet of several deployments behind one router.", () => FleetCatalog.Names)
        .In(HelpGroups.Deployment);
    private readonly Option<string?> _keep = RunOptions
        .Text("--keep", "WHAT", "What is kept: requests, or a summary alone, in constant memory.", () => [Requests, Summary])
        .In(HelpGroups.Running);

    public void AddTo(Command command)
    {
        command.Options.Add(_fleet);
        command.Options.Add(_keep);
    }

    /// <summary>Whether it is asked for.</summary>
    public bool Wanted(ParseResult parsed, string trace) =>
        parsed.GetValue(_fleet) is not null || Keeps(parsed) == Summary || StreamCatalog.Names.Contains(trace, StringComparer.Ordinal);

    /// <param name="trace">Null: none was named, and the fleet's own is taken.</param>
    /// <param name="policies">Null: none was named.</param>
    public int Run(
        Terminal terminal, RunOptions run, ParseResult parsed, string? trace, string[]? policies, int jobs, CancellationToken cancel)
    {
        double? required = run.RequiredShare(parsed);
        FleetSpec? spec = parsed.GetValue(_fleet) is string file ? FleetCatalog.Load(file) : null;
        if (spec is not null && policies is not null)
            throw new InputException("--policies: the deployments of a fleet name their policies");
        FleetPlan[] plans = Plans(run, parsed, spec, policies);
        string name = trace ?? spec?.Workload ?? Traces.Default;
        string? directory = run.Out(parsed);
        if (run.WantsParquet(parsed))
            throw new InputException("--format parquet: expected table, md, csv or json of a fleet");
        using IDisposable? claim = directory is null ? null : RunDirectory.Claim(directory, run.Force(parsed));

        long start = Stopwatch.GetTimestamp();
        (Trace? whole, RequestStream? stream) = Open(terminal, run, parsed, name);
        SimulationOptions options = run.Simulating(parsed, cancel);
        FleetReport[] reports = SideBySide(
            plans, jobs, plan => stream is null ? FleetRun.Run(plan, whole!, options) : FleetRun.Run(plan, stream, options), cancel);
        RunReport[] rows = [.. reports.SelectMany(r => r.Rows)];
        Talk.Warnings(terminal, rows);
        terminal.Say(string.Create(CultureInfo.InvariantCulture, $"simulated in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s"));
        Trace named = whole ?? new Trace(stream!.Name, [], [], []) { ContentHash = stream.ContentHash };
        string format = run.Format(parsed);
        if (format is "table" or "md")
            FleetTable.Write(terminal.Tables(format), reports, named.Name, stream?.Notes, parsed.GetValue(_fleet) is not null);
        else
            Output.Write(terminal, format, rows, named, all: false);
        terminal.Out.Flush();
        if (directory is not null)
            RunDirectory.Write(directory, run.Force(parsed), [.. RunFiles.Of(rows, named, terminal.Said), .. Hours(reports)]);
        return RunOptions.ExitCodeOf(required, reports.Select(r => r.Total));
    }

    private static FleetPlan[] Plans(RunOptions run, ParseResult parsed, FleetSpec? spec, string[]? policies) => spec is null
        ? [.. run.Bind(parsed, PolicyNames.Parse(policies ?? [PolicyNames.Usual])).Select(FleetPlan.Of)]
        : [run.Fleet(parsed, spec)];

    private static FleetReport[] SideBySide(FleetPlan[] plans, int jobs, Func<FleetPlan, FleetReport> run, CancellationToken cancel)
    {
        FleetReport[] reports = new FleetReport[plans.Length];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Math.Max(1, jobs), CancellationToken = cancel };
        try
        {
            Parallel.For(0, plans.Length, parallel, i => reports[i] = run(plans[i]));
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
        return reports;
    }

    private string Keeps(ParseResult parsed) => parsed.GetValue(_keep) switch
    {
        null or Requests => Requests,
        Summary => Summary,
        string other => throw new InputException($"--keep: expected {Requests} or {Summary}, found {other}"),
    };

    private (Trace? Whole, RequestStream? Stream) Open(Terminal terminal, RunOptions run, ParseResult parsed, string name)
    {
        TraceReadOptions reading = run.Reading(parsed);
        if (StreamCatalog.Names.Contains(name, StringComparer.Ordinal))
        {
            if (parsed.GetValue(_keep) == Requests)
                throw new InputException($"--keep: {name} is a stream, of which only a summary is kept; found {Requests}");
            if ((reading.RatePerSecond ?? reading.TimeScale ?? reading.Skip) is not null || reading.Window is not null)
                throw new InputException($"{name} is a stream: expected --limit and --seed alone of what changes a trace");
            RequestStream stream = GeneratedStream.Of(StreamCatalog.Load(name), reading.Seed);
            return (null, reading.Limit is long limit ? stream.First(limit) : stream);
        }
        (Trace trace, TraceLoadReport? loaded) = Traces.Load(name, reading);
        Talk.Trace(terminal, loaded, run.Verbose(parsed));
        return Keeps(parsed) == Summary ? (null, RequestStream.Of(trace)) : (trace, null);
    }

    private static IEnumerable<(string Name, Action<Stream> Write)> Hours(IReadOnlyList<FleetReport> reports) =>
        reports.Any(r => r.Hours.Count > 0)
            ? [("hours.csv", s => HoursCsv.Write(s, [.. reports.Select(r => (r.Total.Label.Policy, r.Hours))]))]
            : [];
}
