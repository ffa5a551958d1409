using ELLM.Sim.Hardware.Calibration;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearRegression;

namespace ELLM.Sim.Kernels.Fit;

/// <summary>Fits <c>fixed + per_item n + per_MiB m</c> to medians so that relative errors are small, no coefficient negative.</summary>
/// <remarks>
/// <para>Every row is divided by its time: least squares then weighs a 3 us call like a 30 ms copy. Without that the fixed cost of a fit
/// over five decades of size is noise. A few rounds of Huber weights keep single odd points from pulling the line.</para>
/// <para>Columns that the points cannot tell apart (every call on one item; one size only) are left out and cost zero. A negative
/// coefficient is dropped, the most negative first, and the rest fitted again.</para>
/// </remarks>
public static class RelativeFit
{
    private const int HuberRounds = 5;

    /// <summary>Huber's constant: 95 % efficiency under normal errors.</summary>
    private const double HuberK = 1.345;

    /// <summary>Relative residuals below this are not told from noise when weights are set.</summary>
    private const double SmallestScale = 0.002;

    /// <param name="items">Items of the call, one element a point.</param>
    /// <param name="mib">MiB of the call.</param>
    /// <param name="us">Median, positive.</param>
    public static CostCoefficients Fit(ReadOnlySpan<double> items, ReadOnlySpan<double> mib, ReadOnlySpan<double> us)
    {
        (double[] n, double[] m, double[] t) = (items.ToArray(), mib.ToArray(), us.ToArray());
        double[][] columns = [[.. n.Select(_ => 1.0)], n, m];
        List<int> active = Identifiable(n, m);
        while (active.Count > 0)
        {
            double[] found = Solve(columns, active, t);
            int worst = Array.IndexOf(found, found.Min());
            if (found[worst] >= 0)
                return Of(active, found);
            active.RemoveAt(worst);
        }
        return new CostCoefficients(0, 0, 0);
    }

    /// <summary>Condition number of the weighted columns, each scaled to length one.</summary>
    public static double Condition(IReadOnlyList<FittedPoint> points)
    {
        double[] n = [.. points.Select(p => (double)p.Key.Items)];
        double[] m = [.. points.Select(p => p.Mib)];
        double[][] columns = [[.. n.Select(_ => 1.0)], n, m];
        List<int> active = Identifiable(n, m);
        if (active.Count == 0 || points.Count < active.Count)
            return 1;
        Matrix<double> a = Matrix<double>.Build.Dense(points.Count, active.Count, (i, j) => columns[active[j]][i] / points[i].MedianUs);
        return a.NormalizeColumns(2).ConditionNumber();
    }

    private static List<int> Identifiable(double[] items, double[] mib)
    {
        bool itemsVary = items.Distinct().Count() > 1;
        bool mibVary = mib.Distinct().Count() > 1;
        bool proportional = itemsVary && mibVary && Enumerable.Range(0, items.Length)
            .All(i => Math.Abs((mib[i] * items[0]) - (mib[0] * items[i])) <= 1e-9 * mib[0] * items[i]);
        List<int> active = [0];
        if (itemsVary && !proportional)
            active.Add(1);
        if (mibVary)
            active.Add(2);
        return active;
    }

    private static double[] Solve(double[][] columns, List<int> active, double[] us)
    {
        int points = us.Length;
        int used = Math.Min(active.Count, points);
        double[] weights = [.. us.Select(_ => 1.0)];
        double[] found = new double[active.Count];
        for (int round = 0; round < HuberRounds; round++)
        {
            Matrix<double> a = Matrix<double>.Build.Dense(points, used, (i, j) => weights[i] * columns[active[j]][i] / us[i]);
            Vector<double> y = Vector<double>.Build.Dense(points, i => weights[i]);
            double[] solved = [.. MultipleRegression.QR(a, y)];
            solved.CopyTo(found, 0);
            double[] residuals = [.. Enumerable.Range(0, points).Select(i => Math.Abs(Relative(columns, active, found, us, i)))];
            double scale = Math.Max(1.4826 * Measure.Statistics.MedianOf(residuals), SmallestScale);
            for (int i = 0; i < points; i++)
                weights[i] = residuals[i] <= HuberK * scale ? 1 : Math.Sqrt(HuberK * scale / residuals[i]);
        }
        return found;
    }

    private static double Relative(double[][] columns, List<int> active, double[] found, double[] us, int i)
    {
        double fitted = 0;
        for (int j = 0; j < active.Count; j++)
            fitted += found[j] * columns[active[j]][i];
        return (fitted / us[i]) - 1;
    }

    private static CostCoefficients Of(List<int> active, double[] found)
    {
        double[] all = new double[3];
        for (int j = 0; j < active.Count; j++)
            all[active[j]] = found[j];
        return new CostCoefficients(all[0], all[1], all[2]);
    }
}
