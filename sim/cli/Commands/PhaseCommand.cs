using System.CommandLine;
using System.Globalization;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Phases;
using ELLM.Sim.Metrics.ResultFiles;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm phase</c>: at which prompt lengths and loads a memory policy pays.</summary>
internal static class PhaseCommand
{
    private const string DefaultPolicies = "vllm,vllm-v1,vtensor,layerkv,ellm";
    private const int DefaultOutput = 512;

    public static Command Create(Terminal terminal)
    {
        Option<string[]> policies = PolicyNames.Option(DefaultPolicies);
        policies.Description = "Policies, separated by commas; the first is the baseline.";
        Option<string?> prompts = RunOptions.Text("--prompts", "N,M",
            $"Mean prompts, tokens (default {string.Join(',', PhaseSpec.DefaultPrompts)}).");
        Option<string?> loads = RunOptions.Text("--loads", "X,Y",
            $"Loads in units of what the baseline serves (default {string.Join(',', PhaseSpec.DefaultLoads.Select(Invariant))}).");
        Option<string?> output = RunOptions.Text("--output-tokens", "N", $"Mean output, tokens (default {DefaultOutput}).");
        Option<string?> requests = RunOptions.Text("--requests", "N",
            $"Measured requests of a draw (default and least {PhaseSpec.LeastRequests}).");
        Option<string?> draws = RunOptions.Text("--draws", "N", $"Traces a cell (default and least {PhaseSpec.LeastDraws}).");
        Option<string?> jobs = CommonOptions.Jobs();
        RunOptions run = new();
        Command command = new("phase", "Find the prompt lengths and loads at which a memory policy pays against a baseline.")
        {
            policies, prompts, loads, output, requests, draws, jobs,
        };
        command.WithExamples(
            "ellm phase                                       # 6 prompts, 7 loads, 5 policies: two minutes on two cores",
            "ellm phase --prompts 2048,32768 --loads 0.8,0.95 --output-tokens 2048 --slo ttft=25x,tpot=25x",
            "ellm phase --model llama-3-8b-262k --set engine.max_model_len=65536 --out runs/phase");
        run.AddDrawnTo(command, "--no-oracle");
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                terminal.Quiet = run.Quiet(parsed);
                PhaseSpec spec = new(
                    [.. List(parsed.GetValue(prompts), PhaseSpec.DefaultPrompts, part => Values.Count("--prompts", part)!.Value)],
                    [.. List(parsed.GetValue(loads), PhaseSpec.DefaultLoads, part => Values.Positive("--loads", part)!.Value)],
                    Values.Count("--output-tokens", parsed.GetValue(output)) ?? DefaultOutput,
                    Values.Count("--requests", parsed.GetValue(requests)) ?? PhaseSpec.LeastRequests,
                    Values.Count("--draws", parsed.GetValue(draws)) ?? PhaseSpec.LeastDraws,
                    run.Reading(parsed).Seed);
                IReadOnlyList<RunConfig> configs = run.Bind(parsed, PolicyNames.Parse(parsed.GetValue(policies)!));
                int threads = Values.Count("--jobs", parsed.GetValue(jobs)) ?? Environment.ProcessorCount;
                return Run(terminal, run, parsed, new PhaseStudy(spec, configs), threads, cancel);
            },
            CancellationToken.None));
        return command;
    }

    private static int Run(Terminal terminal, RunOptions run, ParseResult parsed, PhaseStudy study, int jobs, CancellationToken cancel)
    {
        string? directory = run.Out(parsed);
        using IDisposable? claim = directory is null ? null : RunDirectory.Claim(directory, run.Force(parsed));
        foreach (string warning in study.Warnings)
            terminal.Warn(warning);
        IReadOnlyList<PhaseCell> cells = terminal.WithProgress("runs", study.Runs, progress =>
            study.Run(run.Simulating(parsed, cancel) with { Progress = progress }, jobs));
        switch (run.Format(parsed))
        {
            case "csv":
                terminal.Out.Write(Output.Text(s => PhaseFiles.WriteCsv(s, cells)));
                break;
            case "json":
                terminal.Out.Write(Output.Text(s => PhaseFiles.WriteJson(s, cells, study)));
                break;
            default:
                PhaseTable.Write(terminal.Tables(run.Format(parsed)), cells, study);
                break;
        }
        terminal.Out.Flush();
        if (directory is not null)
        {
            Reports.RemoveOld(directory);
            RunDirectory.Write(directory, run.Force(parsed), PhaseFiles.Of(cells, study, terminal.Said));
            if (Reports.Draw(terminal, directory, parsed) is string page)
                terminal.Say($"report in {page}");
        }
        return ExitCode.Done;
    }

    private static string Invariant(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<T> List<T>(string? text, IEnumerable<T> defaults, Func<string, T> read) =>
        text is null ? defaults : text.Split(',', StringSplitOptions.TrimEntries).Select(read).Distinct().Order();
}
