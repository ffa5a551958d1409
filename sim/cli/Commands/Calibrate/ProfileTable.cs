using System.Globalization;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Hardware.Calibration;

namespace ELLM.Sim.Cli.Commands.Calibrate;

/// <summary>A profile for people.</summary>
internal static class ProfileTable
{
    private const long Mib = 1 << 20;
    private const string Levels = "▁▂▃▄▅▆▇█";

    /// <summary>Sizes of the curve: 4 KiB to 1 GiB in steps of four.</summary>
    private static readonly long[] CurveSizes = [.. Enumerable.Range(0, 10).Select(step => 4096L << (2 * step))];

    public static void Write(TextWriter target, CalibrationProfile profile)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        target.Write($"{profile.Name}: {profile.Device.Name}, sources: {string.Join(", ", profile.Kinds.Select(kind => kind.Word()))}\n");
        if (profile.Run is { } run)
            target.Write(
                string.Create(plain,
                    $"measured by {run.Tool} ({run.Backend}), {run.Rounds} rounds, seed {run.Seed}; driver {profile.Host?.Driver}, CUDA "
                        + $"{profile.Host?.Cuda}\n"));
        DeviceCosts costs = new(profile);
        TextTable table = new(["operation", "2 MiB", "model", "p99", "4 KiB … 1 GiB", "fit error", "source", "reference"], "model",
            "4 KiB … 1 GiB", "source", "reference");
        foreach (string key in CalibratedOps.All)
        {
            if (!profile.Ops.TryGetValue(key, out CalibratedOperation? op) || !CalibratedOps.TryParse(key, out CalibratedOp which))
                continue;
            table.Add(
            [
                key,
                Words.Duration(costs.MedianPs(which, 2 * Mib)),
                Model(op),
                op.Quantiles is { } tail ? tail.P99.ToString("0.00", plain) + "x" : Words.Undefined,
                Curve(costs, which),
                op.Fit is { } fit ? Words.Percent(fit.MaxRel) : Words.Undefined,
                op.Provenance.Kind.Word(),
                op.Provenance.Ref,
            ]);
        }
        table.Write(target);
        foreach ((string key, CalibrationFactor factor) in profile.Factors ?? new Dictionary<string, CalibrationFactor>())
            target.Write(
                string.Create(plain, $"{key} = {factor.Value:0.###} ({factor.Provenance.Kind.Word()}: {factor.Provenance.Ref})\n"));
    }

    private static string Model(CalibratedOperation op)
    {
        CultureInfo plain = CultureInfo.InvariantCulture;
        List<string> terms = [];
        if (op.Cost.FixedUs > 0)
            terms.Add(string.Create(plain, $"{op.Cost.FixedUs:0.###} us"));
        if (op.Cost.PerItemUs > 0)
            terms.Add(string.Create(plain, $"{op.Cost.PerItemUs:0.###} us/item"));
        if (op.Cost.PerMibUs > 0)
            terms.Add(string.Create(plain, $"{op.Cost.PerMibUs:0.####} us/MiB"));
        string model = terms.Count > 0 ? string.Join(" + ", terms) : "0";
        return op.Use == CostSource.Table ? $"table ({model})" : model;
    }

    /// <summary>Time over size, both logarithmic, from the operation's cheapest to its dearest.</summary>
    private static string Curve(DeviceCosts costs, CalibratedOp op)
    {
        double[] logs = [.. CurveSizes.Select(bytes => Math.Log(Math.Max(costs.MedianPs(op, bytes), 1)))];
        (double low, double high) = (logs.Min(), logs.Max());
        return string.Concat(logs.Select(log => high > low ? Levels[(int)((Levels.Length - 1) * (log - low) / (high - low))] : Levels[0]));
    }
}
