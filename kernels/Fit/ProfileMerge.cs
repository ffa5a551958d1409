using ELLM.Sim.Hardware.Calibration;

namespace ELLM.Sim.Kernels.Fit;

/// <summary>Two profiles made one: every operation and factor from the one with the better source.</summary>
public static class ProfileMerge
{
    /// <summary>Measured goes over published, published over datasheet, datasheet over assumed; <paramref name="top"/> where both
    /// are equal.</summary>
    /// <remarks>Device, host and run are those of <paramref name="top"/>: it is the measurement, <paramref name="below"/> fills its
    /// gaps.</remarks>
    public static CalibrationProfile Over(CalibrationProfile top, CalibrationProfile below)
    {
        Dictionary<string, CalibratedOperation> ops = [];
        foreach (string key in CalibratedOps.All)
        {
            if (Better(top.Ops.GetValueOrDefault(key), below.Ops.GetValueOrDefault(key), op => op.Provenance.Kind) is { } op)
                ops[key] = op;
        }
        Dictionary<string, CalibrationFactor> factors = [];
        foreach (string key in CalibrationFactors.All)
        {
            if (Better(top.Factors?.GetValueOrDefault(key), below.Factors?.GetValueOrDefault(key),
                factor => factor.Provenance.Kind) is { } factor)
                factors[key] = factor;
        }
        bool filled = ops.Values.Any(op => below.Ops.Values.Contains(op))
            || factors.Values.Any(factor => below.Factors?.Values.Contains(factor) == true);
        return top with
        {
            EditorSchema = null,
            Base = filled ? below.Name : top.Base,
            Device = top.Device with { Peak = top.Device.Peak ?? below.Device.Peak },
            Run = top.Run ?? below.Run,
            Ops = ops,
            Factors = factors.Count > 0 ? factors : null,
        };
    }

    private static T? Better<T>(T? top, T? below, Func<T, ProvenanceKind> kind)
        where T : class
    {
        if (top is null || below is null)
            return top ?? below;
        return kind(below) < kind(top) ? below : top;
    }
}
