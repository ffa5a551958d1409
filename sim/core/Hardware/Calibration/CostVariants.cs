namespace ELLM.Sim.Hardware.Calibration;

/// <summary>Copies of a profile in which one cost is scaled: to find out which measurement a result hangs on.</summary>
public static class CostVariants
{
    /// <summary>The operations that cost anything at all: the others cannot be scaled.</summary>
    public static IEnumerable<CalibratedOp> Scalable(CalibrationProfile profile)
    {
        foreach (string key in CalibratedOps.All)
        {
            if (profile.Ops.TryGetValue(key, out CalibratedOperation? op) && CalibratedOps.TryParse(key, out CalibratedOp which)
                && op.Cost is not { FixedUs: 0, PerItemUs: 0, PerMibUs: 0 })
            {
                yield return which;
            }
        }
    }

    /// <summary>The profile with every coefficient and table entry of one operation multiplied; the peak goes, since a scaled cost
    /// need not be physical.</summary>
    public static CalibrationProfile Scaled(CalibrationProfile profile, CalibratedOp which, double factor)
    {
        CalibratedOperation op = profile.Ops[which.Key()];
        Dictionary<string, CalibratedOperation> ops = new(profile.Ops)
        {
            [which.Key()] = op with
            {
                Cost = new CostCoefficients(op.Cost.FixedUs * factor, op.Cost.PerItemUs * factor, op.Cost.PerMibUs * factor),
                Ci95 = null,
                Table = op.Table is null ? null : [.. op.Table.Select(point => point with { Us = point.Us * factor })],
            },
        };
        return profile with { Ops = ops, Device = profile.Device with { Peak = null } };
    }
}
