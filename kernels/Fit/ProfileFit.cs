using System.Globalization;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Measure;

namespace ELLM.Sim.Kernels.Fit;

/// <summary>From a raw file to a profile. Pure: the same file gives the same profile anywhere, with or without a device.</summary>
public static class ProfileFit
{
    /// <summary>A round's median this far from the median of all is worth a flag.</summary>
    public const double DriftFlag = 0.10;

    /// <param name="raw">The samples.</param>
    /// <param name="sha256">Digest of the file they came from.</param>
    /// <param name="name">Of the profile.</param>
    public static CalibrationProfile Fit(RawFile raw, string sha256, string name)
    {
        ulong seed = ulong.TryParse(raw["run.seed"], NumberStyles.None, CultureInfo.InvariantCulture, out ulong given) ? given : 1;
        List<FittedPoint> points = Points(raw);
        Provenance source = new(ProvenanceKind.Measured, $"{raw["tool"]} on {raw["device.name"]}, raw file sha256 {sha256[..12]}");
        Dictionary<string, CalibratedOperation> ops = [];
        foreach (string key in CalibratedOps.All)
        {
            List<FittedPoint> mine = [.. points.Where(point => point.Key.Op == key && CountsForFit(point))];
            if (mine.Count > 0)
                ops[key] = OperationFit.Fit(mine, seed, source);
        }
        if (ops.Count == 0)
            throw new InputException($"{name}: no operation has a sample that counts: measure longer");
        Dictionary<string, CalibrationFactor> factors = FactorFit.Fit(points, source);
        return new CalibrationProfile
        {
            Schema = CalibrationProfile.SchemaName,
            Name = name,
            CreatedUtc = raw["created_utc"].Length > 0 ? raw["created_utc"] : null,
            Device = Device(raw),
            Host = new CalibratedHost(raw["host.os"], raw["host.cpu"], raw["host.driver"], raw["host.cuda"],
                bool.TryParse(raw["host.virtualised"], out bool isVirtual) ? isVirtual : null),
            Run = new CalibrationRun(raw["tool"], raw["backend"], (long)seed, (int)Number(raw["run.rounds"]), sha256, Flags(raw, ops)),
            Ops = ops,
            Factors = factors.Count > 0 ? factors : null,
        };
    }

    /// <summary>Measured medians beside the fit, an entry an operation of the profile that the file measured.</summary>
    public static IReadOnlyList<OperationResiduals> Residuals(RawFile raw, CalibrationProfile profile) =>
    [
        .. Points(raw).Where(point => CountsForFit(point) && profile.Ops.ContainsKey(point.Key.Op))
            .GroupBy(point => point.Key.Op)
            .Select(group => new OperationResiduals(group.Key, profile.Ops[group.Key], [.. group])),
    ];

    private static bool CountsForFit(FittedPoint point) => point.Key.Condition == PointKey.Idle && point.MedianUs > 0;

    private static List<FittedPoint> Points(RawFile raw) =>
    [
        .. raw.Samples.GroupBy(sample => sample.Key)
            .Select(group => new FittedPoint(group.Key, group))
            .Where(point => point.Us.Length > 0)
            .OrderBy(point => point.Key.Op, StringComparer.Ordinal)
            .ThenBy(point => point.Key.Condition, StringComparer.Ordinal)
            .ThenBy(point => point.Key.ItemBytes)
            .ThenBy(point => point.Key.Items),
    ];

    private static CalibratedDevice Device(RawFile raw)
    {
        double peak = Number(raw["device.peak_GBps"]);
        return new CalibratedDevice(
            raw["device.name"],
            (long)Number(raw["device.granularity_bytes"]),
            raw["device.cc"],
            (int)Number(raw["device.sms"]),
            Number(raw["device.l2_bytes"]) / (1 << 20),
            (long)Number(raw["device.mem_bytes"]),
            peak > 0 ? new DevicePeak(peak, "memory clock and bus width, as the driver reports them") : null);
    }

    private static List<string> Flags(RawFile raw, Dictionary<string, CalibratedOperation> ops)
    {
        List<string> flags = [.. raw["run.flags"].Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        foreach ((string key, CalibratedOperation op) in ops)
        {
            if (op.Fit!.Drift > DriftFlag)
                flags.Add($"drift:{key}");
            if (op.Fit.Spikes > 0)
                flags.Add($"spikes:{key}");
        }
        return flags;
    }

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : 0;
}
