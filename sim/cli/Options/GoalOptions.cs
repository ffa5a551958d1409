using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Hardware;

namespace ELLM.Sim.Cli.Options;

/// <summary>The options of commands that judge deployments by a target attainment and by price.</summary>
internal sealed class GoalOptions
{
    private readonly int _defaultSeeds;
    private readonly Option<string?> _attainment = RunOptions.Text("--attainment", "SHARE", "Share of all requests that has to meet both objectives (default 0.9).", () => ["0.9", "0.99"]);
    private readonly Option<string?> _seeds;
    private readonly Option<string[]> _price = new("--price") { Description = "Dollars per GPU hour instead of the catalogue's.", HelpName = "GPU=USD" };

    public GoalOptions(int defaultSeeds)
    {
        _defaultSeeds = defaultSeeds;
        _seeds = RunOptions.Text("--seeds", "N", string.Create(CultureInfo.InvariantCulture, $"Draws of the workload that each rate runs on; 95 % intervals are over them (default {defaultSeeds})."));
        _price.CompletionSources.Add(_ => GpuCatalog.Names.Select(n => new CompletionItem(n + "=")));
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_attainment);
        command.Options.Add(_seeds);
        command.Options.Add(_price);
    }

    public CapacityGoal Of(ParseResult parsed) => new(
        Values.Share("--attainment", parsed.GetValue(_attainment) ?? "0.9"),
        Values.Count("--seeds", parsed.GetValue(_seeds)) ?? _defaultSeeds);

    public GpuPrices Prices(ParseResult parsed) => new(parsed.GetValue(_price));
}
