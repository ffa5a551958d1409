using System.CommandLine;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Configuration;
using ELLM.Sim.Hardware;
using ELLM.Sim.Models;
using ELLM.Sim.Policies;
using ELLM.Sim.Validation.OwnRuns;
using ELLM.Sim.Workload.Clients;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm validate --run</c> of a client's result file: real beside ours.</summary>
internal sealed class OwnRunOptions
{
    private const string DefaultPolicy = "vllm-v1";

    private readonly Option<string?> _policy = RunOptions.Text(
        "--policy", "NAME|FILE", $"With --run: policy of the server (default {DefaultPolicy}).", () => PresetCatalog.Names);
    private readonly SettingOption[] _settings =
    [
        new("--model", "model", "NAME|FILE", "With --run: the model it served (default: as the log or the client says).", () =>
            ModelCatalog.Names),
        new("--gpu", "gpu", "NAME|FILE", "With --run: the GPU it ran on.", () => GpuCatalog.Names) { Spelling = GpuCatalog.NameOf },
        new SettingOption("--tp", "tp", "N", "With --run: tensor-parallel ranks.").Also("--tensor-parallel-size"),
    ];
    private readonly Option<string[]> _set = new("--set")
    {
        Description = "With --run: any setting, as for compare.",
        HelpName = "KEY=VALUE"
    };
    private readonly Option<string?> _log = RunOptions.Text(
        "--log", "FILE", "With --run: what the server printed at start-up (vLLM, SGLang): version, limits, KV pool.");

    public void AddTo(Command command)
    {
        foreach (Option option in _settings.Append<Option>(_policy).Append(_set).Append(_log))
            command.Options.Add(option.In(HelpGroups.Deployment));
    }

    /// <summary>A client's file; a folder with meta.json is a recorded run of the suite 'serving'.</summary>
    public static bool IsOwn(string path) =>
        !File.Exists(Path.Combine(path, "meta.json")) && !File.Exists(Path.Combine(path, "meta.json.gz"));

    public int Run(Terminal terminal, ParseResult parsed, string path, string format)
    {
        ClientRun run = ClientRun.Read(OwnRunFiles.Find(path));
        ServerLog? log = parsed.GetValue(_log) is string file ? ServerLog.Read(file) : null;
        RunConfig config = Config(parsed, run, log, path);
        OwnRun own = OwnRun.Replay(run, config, log);
        Talk.Warnings(terminal, [own.Report]);
        OwnRunTable.Write(terminal.Out, own, log, csv: format == "csv");
        return ExitCode.Done;
    }

    private RunConfig Config(ParseResult parsed, ClientRun run, ServerLog? log, string path)
    {
        Assignment[] flags = [.. _settings.Select(option => option.Of(parsed)).OfType<Assignment>()];
        Assignment[] sets = [.. (parsed.GetValue(_set) ?? []).Select(Assignment.Parse)];
        bool Says(string setting) => flags.Concat(sets).Any(a => a.Path == setting);
        List<Assignment> known = [.. log?.Settings ?? []];
        if (!Says("gpu"))
            throw new InputException($"{path}: no client writes which GPU served: state --gpu, one of "
                + $"{string.Join(", ", GpuCatalog.Names)}");
        if (!Says("model"))
        {
            string model = log?.Model ?? OwnRunModel.Of(run)
                ?? throw new InputException($"{path}: which model was served? "
                    + $"{(run.Model is null ? "The file does not say" : $"'{run.Model}' is none of the shipped ones")}: state --model");
            known.Add(new Assignment("model", model));
        }
        return ConfigBinder.Bind(PresetCatalog.Load(parsed.GetValue(_policy) ?? DefaultPolicy), [.. known, .. flags, .. sets]);
    }
}
