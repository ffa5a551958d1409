using System.CommandLine;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Hardware;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Models;
using ELLM.Sim.Numerics;
using ELLM.Sim.Policies;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload.Generators;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm list</c>: what there is to choose from.</summary>
internal static class ListCommand
{
    private static readonly Dictionary<string, Func<TextTable>> Kinds = new()
    {
        ["models"] = Models,
        ["gpus"] = Gpus,
        ["policies"] = Policies,
        ["presets"] = Presets,
        ["profiles"] = Profiles,
    };

    public static Command Create(Terminal terminal)
    {
        Command command = new("list", "List models, GPUs, policies, workload presets or profiles of times and costs.");
        foreach ((string kind, Func<TextTable> table) in Kinds)
        {
            Command one = new(kind, $"List {kind}.");
            one.SetAction(_ => table().Write(terminal.Out));
            command.Subcommands.Add(one);
        }
        return command;
    }

    private static TextTable Models()
    {
        TextTable table = new(["model", "parameters", "active", "layers", "kinds", "weights", "KV KiB/token",
            "of it in windows", "state MiB", "max_model_len"], "kinds");
        foreach (ModelSpec model in ModelCatalog.Names.Select(ModelCatalog.Load))
        {
            ModelRank whole = model.ForRank(1);
            table.Add(
            [
                model.Name, Words.Rate(model.Parameters / 1e9) + " B", model.Experts is null ? ""
                    : Words.Rate(model.ActiveParameters / 1e9) + " B",
                Words.Count(model.Layers), LayerWords.Of(model), ShortText.Gib(whole.WeightBytes),
                Words.Rate(model.KvBytesPerToken() / 1024.0),
                whole.WindowKvBytesPerToken() == 0 ? "" : Words.Rate(whole.WindowKvBytesPerToken() / 1024.0),
                whole.StateBytesPerSequence == 0 ? "" : Words.Rate(whole.StateBytesPerSequence / (double)(1 << 20)),
                Words.Count(model.MaxModelLen),
            ]);
        }
        return table;
    }

    private static TextTable Gpus()
    {
        TextTable table = new(["gpu", "memory", "GB/s", "16-bit TFLOP/s", "host link", "timing"], "host link", "timing");
        foreach (GpuSpec gpu in GpuCatalog.Names.Select(GpuCatalog.Load))
        {
            table.Add(
            [
                gpu.Name, ShortText.Gib(gpu.VisibleBytes), Words.Count((long)gpu.HbmGbPerS), Words.Rate(gpu.PeakTflops16Bit),
                gpu.HostLink.Kind, gpu.Timing,
            ]);
        }
        return table;
    }

    private static TextTable Policies()
    {
        TextTable table = new(["policy", "summary"], "summary");
        foreach (PolicyPreset preset in PresetCatalog.Names.Select(PresetCatalog.Load))
            table.Add([preset.Name, preset.Summary]);
        return table;
    }

    private static TextTable Presets()
    {
        TextTable table = new(["workload", "what it imitates"], "what it imitates");
        foreach (GeneratorSpec spec in GeneratorPresets.Names.Select(GeneratorPresets.Load))
            table.Add([spec.Name, spec.Description]);
        return table;
    }

    private static TextTable Profiles()
    {
        TextTable table = new(["profile", "prices", "used with"], "prices", "used with");
        foreach (string name in TimingCatalog.Names)
            table.Add([name, "iteration times", "--set timing.profile"]);
        foreach (string name in LinearTimeModel.Names)
            table.Add([$"linear:{name}", "iteration times", "--time-model"]);
        foreach (string name in CalibrationCatalog.Names)
            table.Add([name, "memory calls and copies", "--profile"]);
        return table;
    }
}
