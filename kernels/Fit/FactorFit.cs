using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Kernels.Suites;

namespace ELLM.Sim.Kernels.Fit;

/// <summary>Factors of a profile from points under other conditions, each against the same call alone.</summary>
internal static class FactorFit
{
    public static Dictionary<string, CalibrationFactor> Fit(IReadOnlyList<FittedPoint> points, Provenance source)
    {
        Dictionary<string, CalibrationFactor> factors = [];
        Add(CalibrationFactors.CopyBidirectional, Rates(points, InterferenceSuite.BothWays, "copy."));
        Add(CalibrationFactors.CopyBesideCompute, Rates(points, InterferenceSuite.BesideCompute, "copy."));
        Add(CalibrationFactors.ComputeBesideCopy, Rates(points, InterferenceSuite.BesideCopy, "kernel."));
        Add(CalibrationFactors.VmmBesideCompute, Rates(points, InterferenceSuite.BesideCompute, "vmm.").Select(rate => 1 / rate));
        Add(CalibrationFactors.DriverLockTwoThreads, Throughput(points, 2));
        Add(CalibrationFactors.DriverLockFourThreads, Throughput(points, 4));
        return factors;

        void Add(string key, IEnumerable<double> values)
        {
            double[] known = [.. values];
            if (known.Length > 0)
                factors[key] = new CalibrationFactor(OperationFit.Round(Statistics.MedianOf(known)), source);
        }
    }

    /// <summary>Time alone over time under the condition, for every operation that has both at one size.</summary>
    private static IEnumerable<double> Rates(IReadOnlyList<FittedPoint> points, string condition, string prefix) =>
        from point in points
        where point.Key.Condition == condition && point.Key.Op.StartsWith(prefix, StringComparison.Ordinal) && point.MedianUs > 0
        let alone = points.FirstOrDefault(other => other.Key == point.Key with { Condition = PointKey.Idle })
        where alone is { MedianUs: > 0 }
        select alone.MedianUs / point.MedianUs;

    /// <summary>Calls a second of all threads together, of one thread in the same set-up; set-access, the call that matters most.</summary>
    private static IEnumerable<double> Throughput(IReadOnlyList<FittedPoint> points, int threads) =>
        from point in points
        where point.Key.Condition == $"threads-{threads}" && point.Key.Op == CalibratedOp.VmmSetAccess.Key() && point.MedianUs > 0
        let one = points.FirstOrDefault(other => other.Key == point.Key with { Condition = "threads-1" })
        where one is { MedianUs: > 0 }
        select threads * one.MedianUs / point.MedianUs;
}
