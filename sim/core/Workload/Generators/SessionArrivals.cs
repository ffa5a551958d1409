using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>Sessions that start as an inhomogeneous Poisson process, each a geometric number of requests with random gaps.</summary>
/// <param name="SessionStarts">When sessions start; its times are session starts, not requests.</param>
/// <param name="TurnSuccess">Parameter p of the geometric number of requests, mean 1/p.</param>
/// <param name="GapS">Time between requests of a session [s].</param>
public sealed record SessionArrivals(RateTableArrivals SessionStarts, double TurnSuccess, LognormalMixture GapS) : ArrivalSpec
{
    public override double NominalRatePerS => SessionStarts.NominalRatePerS / TurnSuccess;

    internal override double[] Sample(int count, RandomStream random)
    {
        // Enough sessions for the wanted requests: later sessions cannot reach before the last start, so the earliest
        // `count` requests are final once their times are below it.
        for (int sessions = (int)(count * TurnSuccess) + 16; ; sessions = checked(sessions * 2))
        {
            RandomStream fresh = new(random.NextBits());
            double[] starts = SessionStarts.Sample(sessions, fresh);
            List<double> times = [];
            foreach (double start in starts)
            {
                double now = start;
                for (int turns = Distributions.Geometric(fresh, TurnSuccess); turns > 0; turns--)
                {
                    times.Add(now);
                    now += GapS.Sample(fresh);
                }
            }
            times.Sort();
            if (times.Count >= count && times[count - 1] <= starts[^1])
                return [.. times.Take(count)];
        }
    }

    internal override void Check(string where)
    {
        SessionStarts.Check($"{where}.session_starts");
        GapS.Check($"{where}.gap_s");
        Within(TurnSuccess, 1e-4, 1, $"{where}.turn_success");
        base.Check(where);
    }
}
