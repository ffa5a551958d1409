using ELLM.Sim.Numerics;

namespace ELLM.Sim.Hardware.Calibration;

/// <summary>What a profile that parsed must satisfy before anything is computed from it.</summary>
/// <remarks>
/// Keys known; coefficients from zero to ten seconds; tables ascending in size and not falling in time; quantiles ordered from one
/// up; factors positive; a copy on the device not faster than 1.05 times the peak the profile names; a reference behind every number.
/// </remarks>
public static class CalibrationChecks
{
    private const double LongestUs = 10e6;

    /// <summary>A profile's rate may exceed the stated peak by this much before it is called wrong.</summary>
    private const double PeakSlack = 1.05;

    private static readonly string[] NumberKeys = ["fixed_us", "per_item_us", "per_MiB_us", "quantiles", "table"];

    /// <summary>The first fault, or null.</summary>
    public static CatalogFault? FirstFault(CalibrationProfile profile)
    {
        if (profile.Schema != CalibrationProfile.SchemaName)
            return new CatalogFault("schema", CalibrationProfile.SchemaName, profile.Schema);
        if (profile.Device.GranularityBytes is < 4096 or > 1L << 30)
            return new CatalogFault("granularity_bytes", "4096 to 2^30", $"{profile.Device.GranularityBytes}");
        if (profile.Device.Peak is { } peak && !(peak.HbmGbPerS > 0 && double.IsFinite(peak.HbmGbPerS)))
            return new CatalogFault("hbm_GBps", "a positive number", Text(peak.HbmGbPerS));
        if (profile.Ops.Count == 0)
            return new CatalogFault("ops", "at least one operation", "none");
        foreach ((string key, CalibratedOperation op) in profile.Ops)
        {
            if (!CalibratedOps.TryParse(key, out _))
                return new CatalogFault(key, Known(key, CalibratedOps.All), "an unknown operation");
            if (OperationFault(key, op) is { } wrong)
                return wrong;
        }
        foreach ((string key, CalibrationFactor factor) in profile.Factors ?? new Dictionary<string, CalibrationFactor>())
        {
            if (!CalibrationFactors.All.Contains(key))
                return new CatalogFault(key, Known(key, CalibrationFactors.All), "an unknown factor");
            if (!(factor.Value > 0 && factor.Value <= 1000))
                return new CatalogFault(key, "a factor above 0, at most 1000", Text(factor.Value));
            if (SourceFault(key, factor.Provenance) is { } wrong)
                return wrong;
        }
        return MeasuredWithoutRun(profile) ?? TooFast(profile);
    }

    private static CatalogFault? OperationFault(string key, CalibratedOperation op)
    {
        (string Name, double Value)[] coefficients =
            [("fixed_us", op.Cost.FixedUs), ("per_item_us", op.Cost.PerItemUs), ("per_MiB_us", op.Cost.PerMibUs)];
        foreach ((string name, double value) in coefficients)
        {
            if (!(value >= 0 && value <= LongestUs))
                return new CatalogFault(key, $"{name} from 0 to 10 s", Text(value));
        }
        return TableFault(key, op) ?? QuantileFault(key, op.Quantiles) ?? IntervalFault(key, op.Ci95) ?? SourcesFault(key, op);
    }

    private static CatalogFault? TableFault(string key, CalibratedOperation op)
    {
        if (op.Table is null)
            return op.Use == CostSource.Table ? new CatalogFault(key, "a table, since it says use table", "none") : null;
        if (op.Table.Count < 2)
            return new CatalogFault(key, "a table of at least two points", $"{op.Table.Count}");
        TablePoint before = new(0, 0);
        foreach (TablePoint point in op.Table)
        {
            if (!(point.Mib > before.Mib && double.IsFinite(point.Mib)))
                return new CatalogFault(key, "table sizes ascending from above 0", Text(point.Mib));
            if (!(point.Us > 0 && point.Us >= before.Us && point.Us <= LongestUs))
                return new CatalogFault(key, "table times positive, not falling, at most 10 s", Text(point.Us));
            before = point;
        }
        return null;
    }

    private static CatalogFault? QuantileFault(string key, TailQuantiles? tail)
    {
        if (tail is null)
            return null;
        double top = tail.Max ?? tail.P99;
        bool ordered = tail.P50 == 1 && tail.P90 >= 1 && tail.P99 >= tail.P90 && top >= tail.P99 && double.IsFinite(top);
        if (!ordered)
            return new CatalogFault(key, "quantiles p50 = 1 <= p90 <= p99 <= max",
                FormattableString.Invariant($"{tail.P50}, {tail.P90}, {tail.P99}, {top}"));
        return tail.Samples is <= 0 ? new CatalogFault(key, "a positive number of samples", $"{tail.Samples}") : null;
    }

    private static CatalogFault? IntervalFault(string key, CostIntervals? intervals)
    {
        foreach (IReadOnlyList<double> ends in intervals is null
            ? []
            : new[] { intervals.FixedUs, intervals.PerItemUs, intervals.PerMibUs })
        {
            if (ends.Count != 2 || !(ends[0] >= 0 && ends[0] <= ends[1] && ends[1] <= 10 * LongestUs))
                return new CatalogFault(key, "ci95 of two ends each, lower first, none negative",
                    $"[{string.Join(", ", ends.Select(Text))}]");
        }
        return null;
    }

    private static CatalogFault? SourcesFault(string key, CalibratedOperation op)
    {
        foreach ((string number, Provenance source) in op.ProvenanceOf ?? new Dictionary<string, Provenance>())
        {
            if (!NumberKeys.Contains(number))
                return new CatalogFault(key, $"provenance_of with {Known(number, NumberKeys)}", $"'{number}'");
            if (SourceFault(key, source) is { } wrong)
                return wrong;
        }
        return SourceFault(key, op.Provenance);
    }

    private static CatalogFault? SourceFault(string key, Provenance source) =>
        string.IsNullOrWhiteSpace(source.Ref) ? new CatalogFault(key, "a ref in its provenance", "an empty one") : null;

    private static CatalogFault? MeasuredWithoutRun(CalibrationProfile profile) =>
        profile.Run is null && profile.Kinds.Contains(ProvenanceKind.Measured)
            ? new CatalogFault("ops", "a run block, since some numbers are called measured", "none")
            : null;

    /// <summary>Device memory moves twice the payload of a copy and once the bytes of a read.</summary>
    private static CatalogFault? TooFast(CalibrationProfile profile)
    {
        if (profile.Device.Peak is not { } peak)
            return null;
        foreach ((CalibratedOp op, int moved) in ((CalibratedOp, int)[])
            [(CalibratedOp.CopyDeviceToDevice, 2), (CalibratedOp.KernelCopy, 2), (CalibratedOp.KernelGather, 2),
             (CalibratedOp.KernelKvReadContiguous, 1), (CalibratedOp.KernelKvReadPaged, 1)])
        {
            if (!profile.Ops.TryGetValue(op.Key(), out CalibratedOperation? cost) || cost.Cost.PerMibUs == 0)
                continue;
            double rate = moved * DeviceCosts.GbPerS(cost.Cost.PerMibUs);
            if (rate > PeakSlack * peak.HbmGbPerS)
                return new CatalogFault(op.Key(), $"at most {PeakSlack:0.00} x hbm_GBps {Text(peak.HbmGbPerS)}",
                    $"{Text(Math.Round(rate, 1))} GB/s of memory traffic");
        }
        return null;
    }

    private static string Known(string given, IReadOnlyList<string> known) =>
        NearestName.Of(given, known) is { } near ? $"a known key (did you mean '{near}'?)" : $"one of {string.Join(", ", known)}";

    private static string Text(double value) => FormattableString.Invariant($"{value}");
}
