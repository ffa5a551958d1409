using ELLM.Sim.Numerics;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>
/// The highest rate at which a deployment meets its objectives while requests keep coming, and how well the trace tells it.
/// </summary>
/// <remarks>
/// <para>The answer comes from replays of the trace extended by its own blocks. It is never above the highest rate that one of them was
/// seen to complete, and it is replayed once more, in another order of blocks: where it then misses, replays get longer.</para>
/// <para>The interval, of what other traces of this kind would say, is that of <see cref="DrawnCapacities"/>.</para>
/// </remarks>
/// <param name="load">The deployment.</param>
/// <param name="trace">The workload as it is.</param>
/// <param name="block">Consecutive requests that stay together where the trace is extended or drawn from.</param>
/// <param name="ran">Told of every replay.</param>
public sealed class SteadyCapacity(DeploymentLoad load, Trace trace, int block, CapacityGoal goal, SimulationSlots slots, Action ran)
{
    /// <summary>Measured requests of the answer's replays: least, most to begin with, and most.</summary>
    private const int LeastRequests = 20_000, MostRequests = 80_000, LongestReplay = 320_000;

    private const double CoarseTolerance = 0.1;

    /// <summary>
    /// Error that replays with an end leave in the answer, as a share of the capacity, for which longer ones are not worth it.
    /// </summary>
    private const double FineError = 0.01;

    /// <param name="startPerS">Rate to test first.</param>
    /// <param name="floorPerS">Rate at which requests hardly ever meet: one that misses there misses always.</param>
    public CapacityBracket Find(double startPerS, double floorPerS)
    {
        double floor = Math.Max(floorPerS, SteadyLoad.FloorPerS(DrawnCapacities.Replay));
        SteadyLoad whole = new(load, trace, block, load.Config.Seed, DrawnCapacities.LongestReplay);
        CapacitySearch coarse = new(goal with { Tolerance = CoarseTolerance }, rate => Measure(whole, rate, DrawnCapacities.Replay));
        (LoadPoint? first, LoadPoint? missed) = coarse.Bracket(startPerS, floor, p => p.Meets(goal.Attainment));
        if (first is null)
            return new CapacityBracket(null, missed, null, null, [.. coarse.Tested]);
        DrawnCapacities drawn = DrawnCapacities.Of(load, trace, block, goal, first.RatePerS, floor, slots, ran);
        double wanted = drawn.Variance / Math.Max(drawn.SamplingVariance(trace.Count) / 4, FineError * FineError) * DrawnCapacities.Replay;
        int requests = (int)Math.Min(Math.Max(Math.Max(wanted, trace.Count), LeastRequests), MostRequests);
        CapacityBracket answer = Answer(drawn, floor, requests);
        double nearest = answer.Tested[0].RatePerS, furthest = answer.Tested[^1].RatePerS;
        LoadPoint[] around = [.. coarse.Tested.Where(p => p.RatePerS < nearest || p.RatePerS > furthest), .. answer.Tested];
        return answer with { Tested = [.. around.OrderBy(p => p.RatePerS)] };
    }

    private CapacityBracket Answer(DrawnCapacities drawn, double floor, int requests)
    {
        double start = drawn.MeanPerS;
        for (ulong attempt = 1; ; attempt++, requests *= 2)
        {
            SteadyLoad whole = new(load, trace, block, load.Config.Seed, LongestReplay);
            CapacitySearch search = new(goal, rate => Measure(whole, rate, requests));
            (LoadPoint? highest, LoadPoint? next) = search.Bracket(
                start, floor, p => p.Meets(goal.Attainment), 1 + (3 * goal.Tolerance), aim: true, drawn.Slope);
            if (highest is null || next is null)
                return new CapacityBracket(highest, next, null, null, [.. search.Tested]);
            double crossing = search.Crossing(highest, next), served = search.Tested.Max(p => p.ServedPerS);
            if (served < crossing)
                (crossing, next) = (served, next with { KeepsUp = false });
            double rate = Math.Min(highest.RatePerS, CapacitySearch.DigitsBelow(crossing));
            SteadyLoad other = new(load, trace, block, RandomStream.SeedOf(load.Config.Seed, attempt << 16), LongestReplay);
            LoadPoint confirmed = Measure(other, rate, requests);
            bool last = requests * 2 > LongestReplay;
            while (last && !confirmed.MayMeet(goal.Attainment) && rate > floor)
            {
                rate = CapacitySearch.DigitsBelow(rate / (1 + goal.Tolerance));
                confirmed = Measure(other, rate, requests);
            }
            if (!last && !confirmed.MayMeet(goal.Attainment))
            {
                start = rate;
                continue;
            }
            double error = drawn.HalfWidth(trace.Count, confirmed.Requests);
            double low = Math.Min(rate, crossing * DeterministicMath.Exp(-error));
            double high = Math.Max(rate, crossing * DeterministicMath.Exp(error));
            return new CapacityBracket(confirmed, next, low, high, [.. search.Tested]);
        }
    }

    private LoadPoint Measure(SteadyLoad steady, double rate, int requests)
    {
        LoadPoint point = steady.Measure(rate, requests);
        ran();
        return point;
    }
}
