using System.CommandLine;
using System.CommandLine.Completions;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Hardware;

namespace ELLM.Sim.Cli.Options;

/// <summary>The options of commands that judge deployments by a target attainment and by price.</summary>
internal sealed class GoalOptions
{
    private readonly Option<string?> _attainment = RunOptions.Text(
        "--attainment", "SHARE", "Share of all requests that has to meet the objectives (default 0.9).", () => ["0.9", "0.99"]);
    private readonly Option<string?> _seeds = RunOptions.Text(
        "--seeds", "N", "Traces drawn from the workload for the 95 % interval (default 32; fewer count as 32).");
    private readonly Option<string[]> _price = new("--price") { Description = "Dollars per GPU hour instead of the catalogue's.", HelpName = "GPU=USD" };

    public GoalOptions()
    {
        _attainment.Also("--slo-share").In(HelpGroups.Objectives);
        _price.In(HelpGroups.Objectives);
        _seeds.In(HelpGroups.Running);
        _price.CompletionSources.Add(_ => GpuCatalog.Names.Select(n => new CompletionItem(n + "=")));
    }

    public void AddTo(Command command)
    {
        command.Options.Add(_attainment);
        command.Options.Add(_seeds);
        command.Options.Add(_price);
    }

    /// <param name="finite">Of finite runs: as few draws as stated.</param>
    public CapacityGoal Of(ParseResult parsed, bool finite = false) => new(
        Values.Share("--attainment", parsed.GetValue(_attainment) ?? "0.9"),
        Draws(Values.Count("--seeds", parsed.GetValue(_seeds)), finite),
        Finite: finite);

    private static int Draws(int? stated, bool finite) =>
        finite ? stated ?? CapacityGoal.FiniteDraws : Math.Max(stated ?? 0, CapacityGoal.SteadyDraws);

    public GpuPrices Prices(ParseResult parsed) => new(parsed.GetValue(_price));
}
