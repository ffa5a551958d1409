using System.Globalization;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Phases;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Cli.Tables;

/// <summary>A phase diagram as people read it: a row a prompt length, a column a load, the policy that pays in each cell.</summary>
internal static class PhaseTable
{
    private const string NoPolicy = "-";

    public static void Write(TextWriter target, IReadOnlyList<PhaseCell> cells, PhaseStudy study)
    {
        (PhaseSpec spec, RunConfig config) = (study.Spec, study.Baseline);
        string baseline = config.Preset;
        target.Write($"{study.Model} on {config.Tp} x {study.Gpu}, max_model_len {Words.Count(study.MaxModelLen)}; "
            + $"outputs around {Words.Count(spec.Output)} tokens; "
            + $"{spec.Draws} draws of {Words.Count(spec.Requests)} requests after {Words.Count(PhaseSpec.WarmUp)}\n");
        target.Write($"SLO: {Objective("TTFT", config.Slo.TtftS, config.Slo.TtftMultiple)}, "
            + $"{Objective("TPOT", config.Slo.TpotS, config.Slo.TpotMultiple)}\n");
        target.Write($"a cell names the policy that gains most on {baseline}, in points of attainment, where the 95 % interval of its gain "
            + $"lies above {ShortText.Decimals(100 * PhaseCell.LeastGain)}\n\n");
        TextTable table = new(["prompt", "req/s at 1", .. spec.Loads.Select(Heading)]);
        foreach (IGrouping<int, PhaseCell> row in cells.GroupBy(c => c.Prompt))
        {
            PhaseCell first = row.First();
            table.Add([Words.Count(row.Key), Words.Rate(first.RatePerS / first.Load), .. row.Select(Cell)]);
        }
        table.Write(target);
        target.Write($"prompt: mean tokens; columns: load in units of what {baseline} serves saturated\n");
        if (spec.Loads.Any(load => load > 1))
            target.Write("* depends on the run's length: above a load of 1 the queue only grows\n");
    }

    private static string Objective(string name, double? seconds, double multiple) =>
        $"{name} <= {(seconds is double s ? ShortText.Duration(s) : $"{ShortText.Decimals(multiple)} x unloaded")}";

    private static string Heading(double load) => load.ToString("0.##", CultureInfo.InvariantCulture) + (load > 1 ? "*" : "");

    private static string Cell(PhaseCell cell) => cell.Named is { } named
        ? string.Create(CultureInfo.InvariantCulture, $"{named.Policy} +{100 * named.Gain.Mean:0}")
        : NoPolicy;
}
