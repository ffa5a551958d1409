using System.Globalization;
using ELLM.Sim.Hardware;
using ELLM.Sim.Models;
using ELLM.Sim.Timing;
using ELLM.Sim.Timing.Tables;

namespace ELLM.Sim.Validation;

/// <summary>How far an affine decode step is from the sum of its operators: of the formulas, and of measured tables.</summary>
internal static class Affine
{
    private static readonly int[] Batches = [1, 2, 4, 8, 16, 32, 64, 128, 256];

    /// <summary>The integer closed form against the formulas added up in floating point: what rounding to picoseconds a token
    /// costs.</summary>
    public static ValidationRow FormulaRow((string Gpu, string Model, int Tp)[] deployments)
    {
        ErrorStatistics errors = new();
        foreach ((string gpu, string model, int tp) in deployments)
        {
            TimingProfile profile = TimingCatalog.Load(GpuCatalog.Load(gpu).Timing);
            ModelSpec spec = ModelCatalog.Load(model);
            AnalyticTimeModel time = new(profile, spec, tp, new TimingOptions(Overhead: OverheadProfile.None));
            OperatorTimes operators = new(profile, spec.ForRank(tp));
            foreach (int b in Batches)
            {
                foreach (long kv in (ReadOnlySpan<long>)[128, 1024, 4096, 16_384])
                {
                    DecodeBatch batch = new(b, b * kv, kv);
                    double sum = spec.Layers * (operators.LayerLinear(b) + operators.Decode(batch)) + operators.Ends(b) + operators.Head(b);
                    errors.Add(sum, time.Decode(batch).Steps(batch).FirstPs / 1e6,
                        string.Create(CultureInfo.InvariantCulture, $"{model} on {gpu}, b {b} kv {kv}"));
                }
            }
        }
        return ValidationRow.Mape("affine decode against the operator sum, formulas", errors, 1.5);
    }

    /// <summary>A straight line for each batch through measured steps of kv 128 to 16k, on devices with in-engine tables.</summary>
    public static IEnumerable<ValidationRow> MeasuredRows(ValidationContext context, double bound)
    {
        (string Folder, string Model, string Gpu)[] all =
        [
            ("llmservingsim/kernels/RTXPRO6000/meta-llama/Llama-3.1-8B/bf16", "llama-3.1-8b", "rtx-pro-6000"),
            ("llmservingsim/kernels/RTXPRO6000/Qwen/Qwen3-32B/bf16", "qwen3-32b", "rtx-pro-6000"),
            ("llmservingsim/kernels/RTX4090/meta-llama/Llama-3.1-8B/bf16", "llama-3.1-8b", "rtx-4090"),
        ];
        foreach ((string relative, string model, string gpu) in all)
        {
            string what = $"{gpu} {model}: affine decode against measured operators";
            if (context.Find(relative) is not string folder)
            {
                yield return ValidationRow.Skipped(what, $"no profiles/{relative}");
                continue;
            }
            ModelSpec spec = ModelCatalog.Load(model);
            OperatorTables tables = OperatorTablesReader.Read(folder, spec.ForRank(1));
            TableTimeModel time = new(tables, TimingCatalog.Load(GpuCatalog.Load(gpu).Timing), spec, 1,
                new TimingOptions(Overhead: OverheadProfile.None));
            yield return ValidationRow.Mape(what, Fit(time, tables), bound);
        }
    }

    private static ErrorStatistics Fit(TableTimeModel time, OperatorTables tables)
    {
        ErrorStatistics errors = new();
        foreach (int b in Batches.Where(b => b <= tables.Decode!.LastKey))
        {
            (Curve curve, _, _) = tables.Decode!.Around(b);
            (double X, double Y)[] points = [.. curve.Points.Where(kv => kv is >= 128 and <= 16_384).Select(kv => Step(time, b, (long)kv))];
            (double fixedUs, double slope) = WeightedLine(points);
            foreach ((double x, double y) in points)
                errors.Add(y, fixedUs + slope * x, string.Create(CultureInfo.InvariantCulture, $"b {b} kv {x / b}"));
        }
        return errors;
    }

    private static (double X, double Y) Step(TableTimeModel time, int b, long kv)
    {
        DecodeBatch batch = new(b, b * kv, kv);
        return (batch.ContextTokens, time.Decode(batch).Steps(batch).FirstPs / 1e6);
    }

    /// <summary>Least squares of relative errors.</summary>
    private static (double Fixed, double Slope) WeightedLine((double X, double Y)[] points)
    {
        double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
        foreach ((double x, double y) in points)
        {
            double w = 1 / (y * y);
            s += w;
            sx += w * x;
            sy += w * y;
            sxx += w * x * x;
            sxy += w * x * y;
        }
        double slope = (s * sxy - sx * sy) / (s * sxx - sx * sx);
        return ((sy - slope * sx) / s, slope);
    }
}
