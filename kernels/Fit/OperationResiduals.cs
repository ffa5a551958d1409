using ELLM.Sim.Hardware.Calibration;

namespace ELLM.Sim.Kernels.Fit;

/// <summary>The points of one operation beside what its entry of the profile says of them.</summary>
public sealed record OperationResiduals(string Op, CalibratedOperation Entry, IReadOnlyList<FittedPoint> Points)
{
    /// <summary>Whether points differ in their size, not in their number of items alone.</summary>
    public bool BySize => Points.Select(point => point.Mib).Distinct().Count() > 1;

    /// <summary>Microseconds by the entry: the additive model, or its table where that is what the simulator reads.</summary>
    public double FittedUs(FittedPoint point)
    {
        TablePoint? measured = Entry.Use == CostSource.Table && point.Key.Items == 1
            ? Entry.Table?.FirstOrDefault(entry => entry.Mib == point.Mib)
            : null;
        return measured?.Us ?? Entry.Cost.Us(point.Key.Items, point.Mib);
    }
}
