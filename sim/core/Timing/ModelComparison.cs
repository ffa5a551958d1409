using System.Globalization;
using ELLM.Sim.Timing.Tables;

namespace ELLM.Sim.Timing;

/// <summary>How one operator of a model differs from another model's: per cent of the reference, over a grid of shapes.</summary>
/// <param name="What">Operator, or kind of iteration.</param>
/// <param name="Points">Shapes compared.</param>
/// <param name="Mape">Mean absolute error.</param>
/// <param name="P90">90th percentile of the absolute errors.</param>
/// <param name="Bias">Mean signed error: negative when the model is faster than the reference.</param>
/// <param name="WorstError">Signed error of the worst point.</param>
/// <param name="WorstPoint">Its shape.</param>
public sealed record OperatorDifference(
    string What, int Points, double Mape, double P90, double Bias, double WorstError, string WorstPoint);

/// <summary>Compares any two time models: operator by operator where both have operators, and by whole iterations.</summary>
public static class ModelComparison
{
    private static readonly int[] Tokens = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192];
    private static readonly int[] Batches = [1, 2, 4, 8, 16, 32, 64, 128, 256];
    private static readonly long[] Lengths = [128, 512, 1024, 2048, 4096, 8192, 16_384];

    /// <param name="reference">Errors are per cent of this one.</param>
    /// <param name="model">The other.</param>
    public static IReadOnlyList<OperatorDifference> Compare(TimeModelChoice reference, TimeModelChoice model)
    {
        List<OperatorDifference> rows = [];
        if (reference.Operators is { } theirs && model.Operators is { } ours)
        {
            foreach (LayerOperator what in Enum.GetValues<LayerOperator>())
                Add(rows, TableOperators.Name(what), Points(what).Select(at => (theirs.Us(what, at), ours.Us(what, at), Text(what, at))));
        }
        int most = Math.Min(reference.Model.MaxSequences, model.Model.MaxSequences);
        Add(rows, "decode iteration", Steps(most).Select(batch => (
            (double?)Step(reference.Model, batch), (double?)Step(model.Model, batch),
            string.Create(CultureInfo.InvariantCulture, $"{batch.Sequences} x {batch.LongestContext}"))));
        Add(rows, "prefill iteration", Tokens.Where(t => t >= 16).Select(t => (
            (double?)Prefill(reference.Model, t), (double?)Prefill(model.Model, t),
            string.Create(CultureInfo.InvariantCulture, $"{t} tokens"))));
        return rows;
    }

    private static void Add(List<OperatorDifference> rows, string what, IEnumerable<(double? Theirs, double? Ours, string Point)> pairs)
    {
        (double Error, string Point)[] errors =
        [
            .. pairs.Where(pair => pair.Theirs is > 0 && pair.Ours is not null)
                .Select(pair => ((pair.Ours!.Value / pair.Theirs!.Value - 1) * 100, pair.Point)),
        ];
        if (errors.Length == 0)
            return;
        (double worst, string point) = errors.MaxBy(one => Math.Abs(one.Error));
        double[] sizes = [.. errors.Select(one => Math.Abs(one.Error)).Order()];
        double p90 = sizes[Math.Clamp((int)Math.Ceiling(0.9 * sizes.Length) - 1, 0, sizes.Length - 1)];
        rows.Add(new OperatorDifference(what, errors.Length, sizes.Average(), p90, errors.Average(one => one.Error), worst, point));
    }

    private static IEnumerable<OperatorPoint> Points(LayerOperator what) => what switch
    {
        LayerOperator.DecodeAttention => Batches.SelectMany(b => Lengths.Select(kv => new OperatorPoint(b, b * kv))),
        LayerOperator.PrefillAttention =>
            Tokens.Where(t => t >= 16).SelectMany(t => ((int[])[0, 1024, 4096]).Select(cached => new OperatorPoint(t, 0, cached))),
        LayerOperator.LmHead or LayerOperator.Sampler => Batches.Select(b => new OperatorPoint(b)),
        _ => Tokens.Select(t => new OperatorPoint(t)),
    };

    private static IEnumerable<DecodeBatch> Steps(int most) =>
        Batches.Where(b => b <= most).SelectMany(b => Lengths.Select(kv => new DecodeBatch(b, b * kv, kv)));

    private static double Step(ITimeModel model, in DecodeBatch batch)
    {
        DecodeCost cost = model.Decode(batch);
        return cost.FixedPs + (double)cost.PerContextTokenPs * batch.ContextTokens + (double)cost.PerLongestTokenPs * batch.LongestContext;
    }

    private static double Prefill(ITimeModel model, int tokens) => model.Mixed([new PrefillChunk(tokens, 0, true)], default);

    private static string Text(LayerOperator what, in OperatorPoint at) => what switch
    {
        LayerOperator.DecodeAttention => string.Create(CultureInfo.InvariantCulture, $"{at.Tokens} x {at.ContextTokens / at.Tokens}"),
        LayerOperator.PrefillAttention => string.Create(CultureInfo.InvariantCulture, $"{at.Tokens} on {at.CachedTokens}"),
        LayerOperator.LmHead or LayerOperator.Sampler => string.Create(CultureInfo.InvariantCulture, $"{at.Tokens} sequences"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{at.Tokens} tokens"),
    };
}
