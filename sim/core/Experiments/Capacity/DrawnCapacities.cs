using ELLM.Sim.Numerics;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>How much a capacity depends on the trace that happened: those of traces drawn from it block by block (the bootstrap).</summary>
/// <remarks>
/// <para>A drawn trace is extended and searched like the trace itself. Its capacity's logarithm differs from others' for two reasons:
/// which requests it has, and in which order so short a replay had them. The second part is known from the halves of each replay.</para>
/// <para>Drawn traces have m of the trace's n requests, so the variance of the first part counts m / n for the trace (the m out of n
/// bootstrap: Bickel, Götze and van Zwet, Statistica Sinica 7, 1997). For the second part all of the variance counts by the length of
/// the answer's replay: halves that are not quite independent make the order's own share look small.</para>
/// </remarks>
/// <param name="MeanPerS">Exponential of the mean logarithm.</param>
/// <param name="Variance">Of the logarithms.</param>
/// <param name="OrderVariance">The part of it that replays as short as these leave.</param>
/// <param name="Slope">How much the attainment falls there for each unit of the rate's logarithm; null where it is not known.</param>
/// <param name="Requests">Requests of a drawn trace.</param>
/// <param name="Draws">Traces drawn.</param>
public sealed record DrawnCapacities(double MeanPerS, double Variance, double OrderVariance, double? Slope, int Requests, int Draws)
{
    /// <summary>Measured requests of a replay, and most where it has to be longer.</summary>
    internal const int Replay = 2000, LongestReplay = 16_000;

    /// <summary>Least requests of a drawn trace, the share of the trace that it has at least, and its least blocks.</summary>
    private const int LeastRequests = 250, ShareOf = 32, LeastBlocks = 10;

    private const double Tolerance = 0.05;

    /// <summary>Share of the variance that is always put down to the requests: the difference of two noisy variances may be none.</summary>
    private const double LeastShare = 0.25;

    /// <summary>Variance of the logarithm for want of more requests than the trace has.</summary>
    public double SamplingVariance(int traceRequests) =>
        Math.Max(Variance - OrderVariance, LeastShare * Variance) * Requests / traceRequests;

    /// <summary>Half of the 95 % interval of the capacity's logarithm, Student's t.</summary>
    /// <param name="traceRequests">Requests of the trace.</param>
    /// <param name="replayRequests">Measured requests of the answer's replays.</param>
    public double HalfWidth(int traceRequests, int replayRequests) =>
        MeanInterval.Quantile(Draws - 1) * Math.Sqrt(SamplingVariance(traceRequests) + (Variance * Replay / replayRequests));

    public static DrawnCapacities Of(
        DeploymentLoad load, Trace trace, int block, CapacityGoal goal,
        double startPerS, double floorPerS, SimulationSlots slots, Action ran)
    {
        int requests = Math.Min(trace.Count, Math.Max(Math.Max(LeastRequests, trace.Count / ShareOf), LeastBlocks * block));
        int draws = Math.Max(goal.Draws, 2);
        (double Log, double Slope, double OrderVariance)[] found = new (double, double, double)[draws];
        slots.ForEach(draws, draw =>
        {
            ulong seed = RandomStream.SeedOf(load.Config.Seed, (ulong)draw + 1);
            SteadyLoad steady = SteadyLoad.OfDrawn(load, trace, block, requests, seed, LongestReplay);
            found[draw] = Search(steady, goal with { Tolerance = Tolerance }, startPerS, floorPerS, ran);
        });
        double mean = found.Sum(f => f.Log) / draws, variance = found.Sum(f => (f.Log - mean) * (f.Log - mean)) / (draws - 1);
        // Halves that do not each have every request of the drawn trace differ by more than its order.
        double order = 2 * requests <= Replay ? found.Sum(f => f.OrderVariance) / draws : 0;
        double[] slopes = [.. found.Select(f => f.Slope).Where(s => s > 0)];
        double? slope = slopes.Length == 0 ? null : slopes.Sum() / slopes.Length;
        return new DrawnCapacities(DeterministicMath.Exp(mean), variance, order, slope, requests, draws);
    }

    private static (double Log, double Slope, double OrderVariance) Search(
        SteadyLoad steady, CapacityGoal goal, double start, double floor, Action ran)
    {
        CapacitySearch search = new(goal, rate =>
        {
            LoadPoint point = steady.Measure(rate, Replay);
            ran();
            return point;
        });
        (LoadPoint? highest, LoadPoint? next) = search.Bracket(start, floor, p => p.Meets(goal.Attainment), 1 + Tolerance, aim: true);
        if (highest is null || next is null)
            return (DeterministicMath.Log((highest ?? next)!.RatePerS), 0, 0);
        double crossing = search.Crossing(highest, next), served = search.Tested.Max(p => p.ServedPerS);
        if (served < crossing)
            return (DeterministicMath.Log(served), 0, 0);
        // Two independent halves: their difference has four times the variance of their mean.
        double slope = (highest.Judged(goal.Attainment) - next.Judged(goal.Attainment))
            / DeterministicMath.Log(next.RatePerS / highest.RatePerS);
        double error = slope > 0 ? highest.HalvesDifference / 2 / slope : 0;
        return (DeterministicMath.Log(crossing), next.KeepsUp ? slope : 0, error * error);
    }
}
