using ELLM.Sim.Numerics;

namespace ELLM.Sim.Compat.Vidur;

/// <summary>Sends requests to replicas, in the order of their arrival times, for good.</summary>
internal sealed class VidurRouter(VidurConfig config)
{
    private readonly RandomStream _random = RandomStream.Named(config.Seed, "vidur.router");
    private int _routed;

    /// <summary>The replica of each request that has arrived since the last call, in order.</summary>
    public List<(int Replica, VidurRequest Request)> Route(List<VidurRequest> arrived, IReadOnlyList<VidurReplica> replicas)
    {
        List<(int, VidurRequest)> routed = [];
        // Counted once a call: requests routed together see each other, not what the replicas do meanwhile.
        int[] outstanding = config.Routing == VidurRouting.LeastOutstanding ? [.. replicas.Select(Outstanding)] : [];
        foreach (VidurRequest request in arrived.OrderBy(request => request.ArrivedAt))
        {
            int replica = config.Routing switch
            {
                VidurRouting.RoundRobin => _routed++ % replicas.Count,
                VidurRouting.LeastOutstanding => Array.IndexOf(outstanding, outstanding.Min()),
                _ => (int)_random.NextBelow((ulong)replicas.Count),
            };
            if (outstanding.Length > 0)
                outstanding[replica]++;
            routed.Add((replica, request));
        }
        return routed;
    }

    private int Outstanding(VidurReplica replica) =>
        replica.Scheduler.WaitingCount + (config.Quirks.RouteByWaitingOnly ? 0 : replica.Scheduler.AdmittedCount);
}
