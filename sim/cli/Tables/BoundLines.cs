using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Bounds;
using ELLM.Sim.Metrics.Summaries;

namespace ELLM.Sim.Cli.Tables;

/// <summary>What no policy can pass, the best row, and what is not known of the room between them.</summary>
internal static class BoundLines
{
    /// <summary>A bound this many times the best row says little of what could be reached.</summary>
    private const double Loose = 1.5;

    /// <summary>Bounds of rows differ where their engines, kernels or refusals do: the highest holds for all of them.</summary>
    public static string Of(IReadOnlyList<RunReport> reports)
    {
        RunReport[] ran = [.. reports.Where(r => r.Summary is { Completed: > 0 })];
        if (ran.Length == 0)
            return "";
        if (ran.Any(r => r.Bound is null))
            return "bound: - (closed loops, prompts that share, rules of other simulators and times without a floor have none)\n";
        Part[] parts =
        [
            Part.Of("SLO", ran, b => b.SloAttainment, s => s.SloAttainment, Words.Percent),
            Part.Of("goodput", ran, b => b.GoodputPerS, s => s.GoodputPerS, Words.Rate),
            Part.Of("tok/s", ran, b => b.OutputTokensPerS, s => s.OutputTokensPerS, Words.Rate),
        ];
        return $"bound: no memory policy and no order passes {string.Join(", ", parts.Select(p => p.Bound))}\n"
            + $"best row: {string.Join(", ", parts.Select(p => p.Best))}; "
            + $"between them, unknown: {string.Join(", ", parts.Select(p => p.Gap))}\n";
    }

    private sealed record Part(string Bound, string Best, string Gap)
    {
        public static Part Of(
            string metric, RunReport[] ran, Func<LoadBound, double?> ofBound, Func<Summary, double?> ofRun, Func<double?, string> words)
        {
            double bound = ran.Max(r => ofBound(r.Bound!) ?? 0);
            RunReport first = ran.MaxBy(r => ofRun(r.Summary!) ?? 0)!;
            double best = ofRun(first.Summary!) ?? 0;
            string loose = bound > Loose * best ? " (loose)" : "";
            return new Part(
                $"{metric} {words(bound)}", $"{metric} {words(best)} {first.Label.Policy}", $"{words(Math.Max(0, bound - best))}{loose}");
        }
    }
}
