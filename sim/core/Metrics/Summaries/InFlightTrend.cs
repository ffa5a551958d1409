using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Summaries;

/// <summary>Work in flight over a window, requests that arrived and neither finished nor were rejected, and the line through it.</summary>
/// <param name="Mean">Time average of the requests in flight.</param>
/// <param name="GrowthShare">Slope of the least-squares line / arrivals per time: the share of them that only made work pile up.</param>
/// <param name="StandardErrors">The slope over its standard error, infinite for a straight line.</param>
/// <remarks>
/// Requests that wait inside a growing batch count as those in a queue do: an engine without a limit on its batch has no queue, and is
/// overloaded all the same. A burst at the end of a window raises one slice of sixteen, which is no trend.
/// </remarks>
public readonly record struct InFlightTrend(double Mean, double GrowthShare, double StandardErrors)
{
    private const int Slices = 16;

    /// <summary>Standard errors from which a slope is a trend.</summary>
    private const double Significant = 3;

    /// <param name="records">Everything that was in flight in the window.</param>
    /// <param name="fromPs">Start of the window.</param>
    /// <param name="toPs">Its end.</param>
    /// <param name="arrivals">Requests that arrived in it.</param>
    public static InFlightTrend Of(ReadOnlySpan<RequestRecord> records, long fromPs, long toPs, int arrivals)
    {
        if (toPs - fromPs < Slices || arrivals == 0)
            return default;
        double[] inFlight = Averages(records, fromPs, (toPs - fromPs) / (double)Slices);
        double mean = inFlight.Sum() / Slices, centre = (Slices - 1) / 2.0;
        double products = 0, squares = 0;
        for (int i = 0; i < Slices; i++)
        {
            products += (i - centre) * (inFlight[i] - mean);
            squares += (i - centre) * (i - centre);
        }
        double slope = products / squares, rest = 0;
        for (int i = 0; i < Slices; i++)
        {
            double off = inFlight[i] - mean - (slope * (i - centre));
            rest += off * off;
        }
        double error = Math.Sqrt(rest / (Slices - 2) / squares);
        return new InFlightTrend(mean, slope * Slices / arrivals, slope == 0 ? 0 : slope / error);
    }

    public StabilityVerdict Verdict => StandardErrors < Significant || GrowthShare <= 0.01
        ? StabilityVerdict.Stable
        : GrowthShare > 0.1 ? StabilityVerdict.Overloaded : StabilityVerdict.Backlogged;

    /// <summary>Time averages of the requests in flight, slice by slice.</summary>
    private static double[] Averages(ReadOnlySpan<RequestRecord> records, long fromPs, double slicePs)
    {
        // A request covers parts of two slices and the whole of those between: the whole ones are summed at the end.
        double[] partial = new double[Slices];
        int[] entered = new int[Slices + 1];
        foreach (ref readonly RequestRecord r in records)
        {
            double from = Math.Clamp((r.ArrivalPs - fromPs) / slicePs, 0, Slices);
            double to = r.Status == RequestStatus.Unfinished ? Slices : Math.Clamp((r.FinishPs - fromPs) / slicePs, from, Slices);
            int first = Math.Min((int)from, Slices - 1), last = Math.Min((int)to, Slices - 1);
            partial[first] += first == last ? to - from : first + 1 - from;
            if (first == last)
                continue;
            partial[last] += to - last;
            entered[first + 1]++;
            entered[last]--;
        }
        int whole = 0;
        for (int i = 0; i < Slices; i++)
        {
            whole += entered[i];
            partial[i] += whole;
        }
        return partial;
    }
}
