using System.Globalization;
using System.Text.Json.Serialization;
using ELLM.Sim.Metrics.Summaries;

namespace ELLM.Sim.Experiments.Sweeps.Results;

/// <summary>What a sweep keeps of a point: text as it stands in result files, so that a resumed sweep writes the bytes of an undisturbed one.</summary>
/// <param name="Point">Index in the experiment.</param>
/// <param name="Axes">Value of each axis.</param>
/// <param name="Label">Trace, policy, model, GPU, tensor-parallel ranks, pipeline stages and seed, as in <see cref="SummaryColumns"/>.</param>
/// <param name="TraceSha256">Of the trace; empty when it could not be read.</param>
/// <param name="Metrics">Every metric of <see cref="SummaryColumns"/>; none when the point failed.</param>
/// <param name="Failed">Why there is no result; null when there is one.</param>
public sealed record PointResult(
    int Point, IReadOnlyList<string> Axes, IReadOnlyList<string> Label, string TraceSha256, IReadOnlyList<string> Metrics, string? Failed)
{
    /// <summary>Place of each metric in <see cref="Metrics"/>.</summary>
    public static IReadOnlyList<string> MetricNames { get; } = [.. SummaryColumns.Metrics.Select(c => c.Name)];

    /// <summary>Whether it is one that <see cref="Of"/> makes: every label, every metric a number or a word that is known, or the reason
    /// why there are none.</summary>
    internal bool IsWhole => Label.Count == SummaryColumns.Labels.Count && Label.All(t => t is not null) && Axes.All(t => t is not null)
        && (Failed is not null || (Metrics.Count == MetricNames.Count && Enumerable.Range(0, Metrics.Count).All(IsMetric)));

    private bool IsMetric(int metric) => Metrics[metric] is { } text
        && (text.Length == 0 || SweepGroup.IsText(metric)
            || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _));

    public static PointResult Of(PointRun run)
    {
        RunLabel label = run.Report.Label;
        return new PointResult(
            run.Point.Index,
            run.Point.Values,
            [label.Trace, label.Policy, label.Model, label.Gpu, label.Tp.ToString(CultureInfo.InvariantCulture), label.Pp.ToString(CultureInfo.InvariantCulture), label.Seed.ToString(CultureInfo.InvariantCulture)],
            run.TraceHash,
            run.Report.Summary is Summary summary ? [.. SummaryColumns.Metrics.Select(c => c.Get(summary).ToString())] : [],
            run.Report.Reason);
    }
}

/// <summary>First line of a journal.</summary>
/// <param name="Experiment">Hash of the experiment it belongs to.</param>
public sealed record JournalHeader(string Experiment);

/// <summary>The JSON form of journal lines.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PointResult))]
[JsonSerializable(typeof(JournalHeader))]
internal sealed partial class JournalJson : JsonSerializerContext;
