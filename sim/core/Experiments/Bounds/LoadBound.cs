using ELLM.Sim.Configuration;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Experiments.Bounds;

/// <summary>What no memory policy and no order of admission or chunking can pass on a load: with this time model, so many processors,
/// these limits on length and batch.</summary>
/// <remarks>
/// <para><b>Work.</b> A <see cref="LeastCost"/> without its fixed part splits the time of every iteration into prices of what its
/// sequences do in it, and leaves none negative. Summed over the iterations of a run, a request's prices are at least
/// <c>PromptPs + DecodesPs</c>: its prompt is computed at least once, and each other output token comes from a decode step or from a
/// recomputation that is no cheaper. An engine runs one iteration at a time, a pipeline one a stage. So by any instant t, requests
/// that arrived from s on have had at most <c>processors (t - s)</c> of such work.</para>
/// <para><b>Attainment.</b> A request that meets its objectives has all its work between its arrival and its deadline, and that of its
/// prompt before the latest first token. It is late under every policy when even alone it takes longer. Of the others
/// <see cref="MostOnTime"/> says how many can be in time, by all work and by prompts alone.</para>
/// <para><b>Goodput and output tokens a second.</b> The window ends when the last served request does: not before each has had its own
/// least latency, and not before the work of all that arrived from any instant on is done. Goodput is the most in time over the least
/// window, output tokens those of the served requests over it. Which requests a memory turns away is not bounded: they may be in time,
/// but need no window.</para>
/// <para>Prompts share nothing here and a step gives one token: with prefix hits or speculation a request needs less, and there is no
/// bound. A time model that knows no floors has none either. Objectives of a percentile are not bounded. Memory calls, copies and waiting only add time.</para>
/// </remarks>
/// <param name="SloAttainment">Share of all requests that can meet every objective asked for.</param>
/// <param name="GoodputPerS">Null when nothing completed.</param>
/// <param name="OutputTokensPerS">Null when nothing completed.</param>
public sealed record LoadBound(double SloAttainment, double? GoodputPerS, double? OutputTokensPerS)
{
    /// <summary>The bound of a finished run's load; null where none holds.</summary>
    public static LoadBound? Of(Deployment deployment, RunOutcome outcome, in SloTargets slo)
    {
        RunConfig config = deployment.Config;
        bool none = config.Compat is not null || outcome.Trace.ClosedLoop is not null
            || outcome.Trace.Find<SessionPlan>() is not null || outcome.Trace.Find<PromptPrefixes>() is not null;
        return none
            ? null
            : Of(outcome.Records, deployment.Time, deployment.Limits, config.Engine.Replicas * config.Pp, slo,
                PolicyComposition.Of(config.Policy).CachesPrefixes);
    }

    /// <param name="records">In order of arrival, which does not depend on the policy.</param>
    /// <param name="processors">Iterations at a time: replicas, times pipeline stages.</param>
    /// <param name="ownBlocks">A preempted request may find its own blocks again.</param>
    internal static LoadBound? Of(
        RequestRecord[] records, ITimeModel time, EngineLimits limits, int processors, in SloTargets slo, bool ownBlocks = false)
    {
        IReadOnlyList<LeastCost> costs = (time as ILeastCosts)?.LeastCosts(Math.Min(limits.MaxNumSeqs, time.MaxSequences)) ?? [];
        if (ownBlocks)
            costs = [.. costs.Select(cost => cost.OwnBlocksFound())];
        if (costs.Count == 0 || records.Length == 0 || Array.Exists(records, r => r.Status == RequestStatus.Unfinished))
            return null;
        int onTime = OnTime(records, costs, limits.MaxModelLen, processors, slo);
        double windowS = LeastWindowPs(records, costs, limits.MaxModelLen, processors) / 1e12;
        long tokens = 0;
        foreach (RequestRecord record in records)
            tokens += record.Status == RequestStatus.Finished ? record.EmittedTokens : 0;
        return new LoadBound(
            (double)onTime / records.Length,
            windowS > 0 ? onTime / windowS : null,
            windowS > 0 ? tokens / windowS : null);
    }

    private static int OnTime(RequestRecord[] records, IReadOnlyList<LeastCost> costs, int maxModelLen, int processors, in SloTargets slo)
    {
        List<BoundedRequest> able = [];
        foreach (ref readonly RequestRecord record in records.AsSpan())
        {
            if (BoundedRequest.Of(record, maxModelLen) is BoundedRequest one && one.Able(costs, slo))
                able.Add(one);
        }
        int most = able.Count;
        DueWork[] work = new DueWork[able.Count];
        foreach (LeastCost cost in costs)
        {
            for (int i = 0; i < work.Length; i++)
            {
                BoundedRequest one = able[i];
                work[i] = new DueWork(one.ArrivalPs, one.DuePs(slo), cost.PromptPs(one.Prompt) + cost.DecodesPs(one.Prompt, one.Outputs));
            }
            most = Math.Min(most, MostOnTime.Count(work, processors));
            for (int i = 0; i < work.Length; i++)
                work[i] = new DueWork(able[i].ArrivalPs, able[i].FirstTokenDuePs(slo), cost.PromptPs(able[i].Prompt));
            most = Math.Min(most, MostOnTime.Count(work, processors));
        }
        return most;
    }

    /// <summary>From the first arrival to the last finish, at least; 0 when nothing was served.</summary>
    private static double LeastWindowPs(RequestRecord[] records, IReadOnlyList<LeastCost> costs, int maxModelLen, int processors)
    {
        double window = 0;
        double[] work = new double[costs.Count];
        long first = records[0].ArrivalPs;
        for (int i = records.Length - 1; i >= 0; i--)
        {
            if (records[i].Status != RequestStatus.Finished || BoundedRequest.Of(records[i], maxModelLen) is not BoundedRequest one)
                continue;
            double at = one.ArrivalPs - first;
            window = Math.Max(window, at + one.FirstTokenPs(costs) + one.OtherTokensPs(costs));
            for (int k = 0; k < work.Length; k++)
            {
                work[k] += costs[k].PromptPs(one.Prompt) + costs[k].DecodesPs(one.Prompt, one.Outputs);
                window = Math.Max(window, at + (work[k] / processors));
            }
        }
        return window * (1 - 1e-9);
    }
}
