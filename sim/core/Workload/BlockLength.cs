using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload;

/// <summary>How many consecutive requests of a trace belong together: the block length that its own correlations ask for.</summary>
/// <remarks>
/// <para>The automatic choice of Politis and White ("Automatic block-length selection for the dependent bootstrap", Econometric Reviews
/// 23, 2004; corrected by Patton, Politis and White, 2009) for the circular block bootstrap, of the gaps, the input and the output
/// lengths; the longest of the three counts. Requests that depend on nothing before them get blocks of one.</para>
/// <para>A slow modulation hides in the noise of single gaps. So the same is asked of means over the cube root of the requests, and
/// where those are correlated, blocks have as many of them as they ask for.</para>
/// </remarks>
public static class BlockLength
{
    /// <summary>Standard errors that an autocorrelation has to exceed to count (the authors' c).</summary>
    private const double Threshold = 2;

    /// <returns>Requests a block, 1 to a third of the trace.</returns>
    public static int Of(Trace trace)
    {
        int count = trace.Count;
        double[] gaps = new double[count];
        for (int i = 1; i < count; i++)
            gaps[i] = trace.ArrivalPs[i] - trace.ArrivalPs[i - 1];
        double longest = 1;
        foreach (double[] series in new[] { count > 1 ? gaps[1..] : gaps, [.. trace.InputTokens], [.. trace.OutputTokens] })
            longest = Math.Max(longest, OfSeries(series));
        return (int)Math.Clamp(Math.Ceiling(longest), 1, Math.Max(1, count / 3));
    }

    private static double OfSeries(double[] values)
    {
        int group = Math.Max(1, (int)(CubeRoot(values.Length) + 1e-9));
        double[] means = new double[values.Length / group];
        for (int i = 0; i < means.Length; i++)
            means[i] = values.AsSpan(i * group, group).ToArray().Average();
        double slow = Optimal(means);
        return Math.Max(Optimal(values), slow > 1 ? group * slow : 1);
    }

    /// <summary>1 where nothing is correlated.</summary>
    internal static double Optimal(ReadOnlySpan<double> values)
    {
        int count = values.Length;
        if (count < 10)
            return 1;
        double log = DeterministicMath.Log(count) / DeterministicMath.Log(10);
        int run = Math.Max(5, (int)Math.Sqrt(log));
        int most = (int)Math.Sqrt(count) + run;
        double[] covariance = Autocovariance(values, Math.Min(most + run, count - 1));
        if (covariance[0] <= 0)
            return 1;
        int lag = LastCorrelated(covariance, Threshold * Math.Sqrt(log / count), run);
        if (lag == 0)
            return 1;
        int window = Math.Min(2 * lag, covariance.Length - 1);
        double slope = 0, spectrum = covariance[0];
        for (int k = 1; k <= window; k++)
        {
            double weight = Math.Min(1, 2 * (1 - ((double)k / window)));
            slope += 2 * weight * k * covariance[k];
            spectrum += 2 * weight * covariance[k];
        }
        // Circular blocks: D = 4/3 g(0)^2, length = (2 G^2 / D)^(1/3) n^(1/3).
        double length = spectrum <= 0 ? lag : CubeRoot(1.5 * slope * slope / (spectrum * spectrum) * count);
        return Math.Clamp(length, 1, Math.Min(3 * Math.Sqrt(count), count / 3.0));
    }

    /// <summary>The last lag that is correlated before a run of lags that are not.</summary>
    private static int LastCorrelated(double[] covariance, double threshold, int run)
    {
        int last = 0;
        for (int k = 1; k < covariance.Length && k <= last + run; k++)
        {
            if (Math.Abs(covariance[k] / covariance[0]) >= threshold)
                last = k;
        }
        return last;
    }

    private static double CubeRoot(double x) => x <= 0 ? 0 : DeterministicMath.Exp(DeterministicMath.Log(x) / 3);

    private static double[] Autocovariance(ReadOnlySpan<double> values, int lags)
    {
        // From the first value: equal values leave exactly nothing.
        double mean = 0;
        foreach (double value in values)
            mean += (value - values[0]) / values.Length;
        mean += values[0];
        double[] result = new double[lags + 1];
        for (int k = 0; k <= lags; k++)
        {
            double sum = 0;
            for (int i = k; i < values.Length; i++)
                sum += (values[i] - mean) * (values[i - k] - mean);
            result[k] = sum / values.Length;
        }
        return result;
    }
}
