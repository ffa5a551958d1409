using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Sweeps;
using ELLM.Sim.Metrics.Summaries;

namespace ELLM.Sim.Experiments.Regression;

/// <summary>Makes a baseline of finished points.</summary>
public static class BaselineMaker
{
    public static Baseline Of(Experiment experiment, IReadOnlyList<PointRun> runs)
    {
        PointRun? bug = runs.FirstOrDefault(r => r.IsBug);
        if (bug is not null)
            throw new InvalidOperationException($"{NameOf(experiment, bug.Point)}: {bug.Report.Reason}");
        string[] profiles = [.. runs.Where(r => r.Report.Deployment is not null).Select(r => ProfileOf(r.Report.Deployment!)).Distinct()
            .Order(StringComparer.Ordinal)];
        return new Baseline(RunReport.Version, experiment.Spec.Name, HashOf(experiment), profiles,
            [.. runs.Select(r => PointOf(experiment, r))]);
    }

    /// <summary>The metrics that the experiment keeps, and every ledger total: those explain what moved.</summary>
    private static BaselinePoint PointOf(Experiment experiment, PointRun run)
    {
        Dictionary<string, string?> values = [];
        if (run.Report.Summary is Summary summary)
        {
            foreach (SummaryColumn column in experiment.Metrics.Concat(
                SummaryColumns.Metrics.Where(c => c.Name.EndsWith("_total_s", StringComparison.Ordinal))))
            {
                SummaryValue value = column.Get(summary);
                values[column.Name] = value.IsUndefined ? null : value.ToString();
            }
        }
        return new BaselinePoint(NameOf(experiment, run.Point), values, run.Report.Reason);
    }

    private static string NameOf(Experiment experiment, SweepPoint point) =>
        string.Join(' ', experiment.Axes.Select((axis, i) => $"{axis.Setting.Column}={point.Values[i]}"));

    private static string ProfileOf(Deployment deployment)
    {
        string times = $"{deployment.Provenance.Kind} {deployment.Provenance.Profile}, overhead {deployment.Provenance.Overhead}";
        string parts = string.Join('\n', deployment.Provenance.Parts.Select(p => $"{p.Part}: {p.Source}"));
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(parts)))[..12];
        return $"times {times} ({hash}); memory calls {deployment.Costs.Profile.Summary}";
    }

    private static string HashOf(Experiment experiment) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                JsonSerializer.SerializeToUtf8Bytes(experiment.Spec with { Schema = null, Description = null },
                    ExperimentJson.Default.ExperimentSpec)));
}
