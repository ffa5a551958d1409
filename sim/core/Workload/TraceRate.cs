using ELLM.Sim.Time;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Workload;

/// <summary>The mean rate of a trace, and the same trace at another: gaps keep their proportions.</summary>
public static class TraceRate
{
    /// <summary>Requests per second: n requests have n - 1 gaps. Null when all arrive at once.</summary>
    /// <remarks>Of sessions: that of their starts, times their mean requests. Answers decide when later turns come.</remarks>
    public static double? Of(Trace trace) =>
        trace.Find<SessionPlan>() is { } plan ? Of(new SessionStarts(trace.ArrivalPs, plan)) : Of(trace.ArrivalPs);

    /// <summary>The same requests with arrivals stretched or squeezed to a mean rate; lengths are shared, not copied.</summary>
    /// <exception cref="InputException">The trace has no rate, or is beyond the clock at this one.</exception>
    public static Trace Rescale(Trace trace, double ratePerSecond)
    {
        if (trace.ClosedLoop is not null)
            throw new InputException($"{trace.Name}: a closed loop has no rate: completions make the arrivals");
        if (trace.Find<SessionPlan>() is { } plan)
            return Rescale(trace, new SessionStarts(trace.ArrivalPs, plan), ratePerSecond);
        long[] times = [.. trace.ArrivalPs];
        Rescale(times, ratePerSecond, trace.Name);
        return trace.At(times);
    }

    private static Trace Rescale(Trace trace, SessionStarts sessions, double ratePerSecond)
    {
        long[] starts = [.. sessions.StartPs];
        Rescale(starts, ratePerSecond / sessions.MeanRequests, trace.Name);
        (int[] order, long[] times) = sessions.At(starts, trace.Name);
        return trace.Pick(order, times, trace.ContentHash);
    }

    /// <summary>Multiplies times so that their mean rate becomes the given one; the rate they had.</summary>
    internal static double Rescale(long[] times, double ratePerSecond, string path)
    {
        double found = Of(times) ?? throw new InputException($"{path}: every request has the same time, so the rate cannot be changed");
        Multiply(times, found / ratePerSecond, path);
        return found;
    }

    internal static void Multiply(long[] times, double factor, string path)
    {
        for (int i = 0; i < times.Length; i++)
        {
            double scaled = times[i] * factor;
            if (!(scaled < long.MaxValue))
            {
                throw new InputException(FormattableString.Invariant(
                    $"{path}: with time scale {factor} the last request is beyond the simulator's clock of 106 days"));
            }
            times[i] = (long)decimal.Round(times[i] * (decimal)factor, MidpointRounding.ToEven);
        }
    }

    private static double? Of(SessionStarts sessions) => Of(sessions.StartPs) * sessions.MeanRequests;

    private static double? Of(ReadOnlySpan<long> times)
    {
        long span = times.Length == 0 ? 0 : times[^1] - times[0];
        return span == 0 ? null : (times.Length - 1) / new SimTime(span).Seconds;
    }
}
