using System.Globalization;
using ELLM.Sim.Models;
using ELLM.Sim.Timing;
using ELLM.Sim.Timing.Tables;

namespace ELLM.Sim.Validation;

/// <summary>The four products of a layer, summed, against the mlp.csv tables of microsoft/vidur: every model, degree and token
/// count.</summary>
internal static class LayerSums
{
    private static readonly string[] Products = ["attn_pre_proj", "attn_post_proj", "mlp_up_proj", "mlp_down_proj"];

    /// <summary>The formulas of a profile.</summary>
    public static IEnumerable<ValidationRow> Formulas(ValidationContext context, string device, string profileName, double? bound)
    {
        string what = $"{device}: four-product layer sum, profile {profileName}";
        TimingProfile profile = TimingCatalog.Load(profileName);
        ErrorStatistics sums = new();
        foreach (Measured table in Tables(context, device))
        {
            OperatorTimes times = new(profile, table.Rank, allReduceOptional: true);
            foreach (double m in table.Curves[0].Points)
            {
                OperatorPoint at = new((int)m);
                double ours = times.Us(LayerOperator.QkvProjection, at)!.Value + times.Us(LayerOperator.OutputProjection, at)!.Value
                    + times.Us(LayerOperator.UpProjection, at)!.Value + times.Us(LayerOperator.DownProjection, at)!.Value;
                sums.Add(table.Curves.Sum(curve => curve.At(m)), ours, $"{table.Name} m {m}");
            }
        }
        string note = bound is null && profileName == device ? "no bound: other libraries than the profile's" : "";
        yield return sums.Count > 0
            ? ValidationRow.Mape(what, sums, bound, note)
            : ValidationRow.Skipped(what, $"no profiles/vidur/compute/{device}");
    }

    /// <summary>Interpolation that knows every second token count, scored on the others.</summary>
    public static IEnumerable<ValidationRow> Interpolation(ValidationContext context, string device, double? bound)
    {
        string what = $"{device}: layer sum interpolated between every second point";
        ErrorStatistics sums = new();
        foreach (Measured table in Tables(context, device))
        {
            IReadOnlyList<double> all = table.Curves[0].Points;
            Curve[] half = [.. table.Curves.Select(curve => Curve.Of(Even(all).Select(m => (m, curve.At(m)))))];
            for (int i = 1; i + 1 < all.Count; i += 2)
                sums.Add(table.Curves.Sum(curve => curve.At(all[i])), half.Sum(curve => curve.At(all[i])), $"{table.Name} m {all[i]}");
        }
        yield return sums.Count > 0
            ? ValidationRow.Mape(what, sums, bound)
            : ValidationRow.Skipped(what, $"no profiles/vidur/compute/{device}");
    }

    private static IEnumerable<double> Even(IReadOnlyList<double> points)
    {
        for (int i = 0; i < points.Count; i += 2)
            yield return points[i];
    }

    private static IEnumerable<Measured> Tables(ValidationContext context, string device)
    {
        if (context.Find($"vidur/compute/{device}") is not string root)
            yield break;
        foreach (string path in Directory.EnumerateFiles(root, "mlp.csv*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            MeasuredCsv csv = MeasuredCsv.Read(path);
            ModelSpec model = ShapedModel.Of(
                (int)csv.Whole(0, "n_embd"), (int)csv.Whole(0, "n_expanded_embd"), (int)csv.Whole(0, "n_head"),
                (int)csv.Whole(0, "n_kv_head"),
                (int)(csv.Whole(0, "n_embd") / csv.Whole(0, "n_head")), csv.Text(0, "use_gated_mlp") == "True");
            string name = Path.GetFileName(Path.GetDirectoryName(path)!);
            foreach (long degree in Enumerable.Range(0, csv.Count).Select(row => csv.Whole(row, "num_tensor_parallel_workers", 1))
                .Distinct().Order())
            {
                if (!model.CanShard((int)degree))
                    continue;
                yield return new Measured(
                    string.Create(CultureInfo.InvariantCulture, $"{name} TP{degree}"),
                    model.ForRank((int)degree),
                    [.. Products.Select(product => VidurTables.ReadOperator(csv, product, (int)degree))]);
            }
        }
    }

    private sealed record Measured(string Name, ModelRank Rank, Curve[] Curves);
}
