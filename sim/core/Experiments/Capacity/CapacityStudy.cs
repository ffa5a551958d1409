using ELLM.Sim.Configuration;
using ELLM.Sim.Time;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments.Capacity;

/// <summary>Searches the capacity of several deployments, side by side on threads; results come in their order.</summary>
/// <param name="workload">What they are loaded with.</param>
/// <param name="prices">What GPUs cost.</param>
public sealed class CapacityStudy(IWorkload workload, CapacityGoal goal, GpuPrices prices)
{
    private readonly int _block = BlockLength.Of(workload.Original);

    /// <summary>Longest trace the clock holds, with room for its tail, seconds.</summary>
    private const double LongestS = 8e6;

    /// <param name="startPerS">Rate to test first; null: what one request at a time would allow.</param>
    /// <param name="jobs">Runs at a time. No result depends on it.</param>
    /// <exception cref="InputException">Not one of them could start: the reason of the first.</exception>
    public IReadOnlyList<CapacityResult> Run(
        IReadOnlyList<RunConfig> configs, double? startPerS, SimulationOptions options, int jobs)
    {
        goal.Check();
        SimulationSlots slots = new(jobs, options.Cancel);
        int done = 0;
        IProgress<int>? progress = options.Progress;
        SimulationOptions quiet = options with { Progress = null };
        CapacityResult[] results = new CapacityResult[configs.Count];
        slots.ForEach(configs.Count, i => results[i] = One(configs[i], startPerS, quiet, slots, () => progress?.Report(Interlocked.Increment(ref done))));
        if (results.Length > 0 && Array.TrueForAll(results, r => r.Bracket is null))
            throw new InputException(results[0].Reason!);
        return results;
    }

    private CapacityResult One(RunConfig config, double? startPerS, SimulationOptions options, SimulationSlots slots, Action ran)
    {
        CapacityResult result = new(RunReport.LabelOf(config, workload.Original), config, goal)
        {
            PriceUsdPerHour = prices.Of(config.Gpu),
            TraceRequests = workload.Count,
            BlockRequests = goal.Finite ? null : _block,
        };
        try
        {
            DeploymentLoad load = new(config, workload, options);
            // One request alone at a hundredth of the time: what is missed there has no queue to blame.
            double aloneS = load.Unloaded.TtftPs / (double)SimTime.PsPerSecond + load.Unloaded.TpotPs / (double)SimTime.PsPerSecond * MeanOutput(workload.Original);
            double start = startPerS ?? config.Engine.Replicas / aloneS, floor = 0.01 / aloneS;
            CapacityBracket bracket = goal.Finite
                ? new CapacitySearch(goal, rate => load.MeasureFinite(rate, goal.Draws, slots, ran))
                    .Find(start, Math.Max(floor, workload.Count / LongestS))
                : new SteadyCapacity(load, workload.Original, _block, goal, slots, ran).Find(start, floor);
            return result with
            {
                Slo = load.Targets,
                Bracket = bracket,
                Reason = ReasonOf(bracket),
                Warnings = load.Deployment.Warnings,
            };
        }
        catch (InputException e)
        {
            return result with { Reason = e.Message };
        }
    }

    private string? ReasonOf(CapacityBracket bracket)
    {
        if (bracket.Highest is null)
        {
            LoadPoint at = bracket.Next!;
            return FormattableString.Invariant(
                $"misses the target unloaded: {at.Attainment:P1} met the objectives at {at.RatePerS} requests/s ({at.ByObjective}), {goal.Attainment:P1} asked for");
        }
        if (bracket.Next is null)
        {
            return $"no rate misses the target, all {workload.Count} requests at once included: "
                + "a longer trace is needed to load this deployment";
        }
        return bracket.TooShort && !goal.Finite
            ? $"too short: {workload.Count} requests put the capacity " + FormattableString.Invariant(
                $"between {bracket.LowRatePerS:G3} and {bracket.HighRatePerS:G3} requests/s")
            : null;
    }

    private static double MeanOutput(Trace trace) => trace.OutputTokens.Average();
}
