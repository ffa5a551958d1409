using ELLM.Sim.Serving;
using ELLM.Sim.Settings;

namespace ELLM.Sim.Fleet.Routers;

/// <summary>The replica whose KV memory is least full as last reported, with the prompts sent to it since counted in; the lowest index
/// among equals.</summary>
public sealed class LeastKvRouter : IRouter
{
    /// <summary>Shares are compared in parts of this.</summary>
    private const long Whole = 1_000_000_000;

    /// <summary>Prompt tokens sent to each replica since what it last reported, and what that was.</summary>
    private long[] _sent = [];
    private long[] _reported = [];
    private long _reportedPs;

    public RouterNeeds Needs => RouterNeeds.Reports;

    public RouteDecision Route(in RoutedRequest request, RouterView view)
    {
        if (_sent.Length == 0)
        {
            _sent = new long[view.Count];
            _reported = new long[view.Count];
        }
        bool anew = view.ReportedPs != _reportedPs;
        _reportedPs = view.ReportedPs;
        int best = 0;
        long least = long.MaxValue;
        for (int i = 0; i < view.Count; i++)
        {
            EngineReport report = view.Report(i);
            if (anew || report.KvTokens != _reported[i])
                (_reported[i], _sent[i]) = (report.KvTokens, 0);
            long share = (long)((Int128)(report.KvTokens + _sent[i]) * Whole / Math.Max(1, report.KvCapacityTokens));
            if (share < least)
                (best, least) = (i, share);
        }
        _sent[best] += request.InputTokens;
        return RouteDecision.To(best);
    }
}

/// <summary>Knobs of routers that read what engines report.</summary>
public record ReportKnobs : KnobSet
{
    [Knob("seconds between reports of the engines; 0: their figures at this instant", 0, 3600)]
    public double ReportS { get; init; }
}
