using ELLM.Sim.Memory;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Policies;

/// <summary>What the engine has to know of a policy: the one place where its limits and rules are derived.</summary>
public static class PolicyLimits
{
    /// <param name="maxModelLen">Longest prompt plus output, tokens.</param>
    /// <param name="maxNumSeqs">Most sequences in a batch.</param>
    /// <param name="maxNumBatchedTokens">Most tokens in an iteration.</param>
    /// <param name="layers">Of the model.</param>
    public static EngineLimits Of(PolicySpec policy, int maxModelLen, int maxNumSeqs, int maxNumBatchedTokens, int layers)
    {
        PolicyComposition parts = PolicyComposition.Of(policy);
        OffloadKnobs host = policy.Of<OffloadKnobs>();
        return new EngineLimits(
            maxModelLen,
            maxNumSeqs,
            maxNumBatchedTokens,
            parts.Scheduler.ChunksPrompts ? int.MaxValue : maxNumBatchedTokens,
            parts.Overflow.SwapsOut || (parts.Overflow.Knobs is StreamKnobs && policy.Of<StreamKnobs>().DecodesToBuffer),
            parts.Scheduler.HoldsUntilBatchEnds && parts.Layout.ReservesWhole,
            host.Fetching == Fetching.Background,
            host.StreamWindowLayers,
            layers)
        {
            RequeueBehind = policy.Requeue == Requeue.Back,
            LongestPrompt = parts.Scheduler.LeavesRoomForOutput ? maxModelLen - 1 : maxModelLen,
            SpareBlockTokens = parts.Overflow.SwapsOut && parts.Layout.InBlocks ? policy.Of<PagedKnobs>().BlockTokens : 0,
            RequeueAfterRound = parts.Scheduler.RequeuesAfterRound,
        };
    }
}
