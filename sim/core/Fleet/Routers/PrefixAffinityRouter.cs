using ELLM.Sim.Settings;
using ELLM.Sim.Workload.Prefixes;

namespace ELLM.Sim.Fleet.Routers;

/// <summary>The replica that was sent most of the prompt's beginning last, unless it is much busier than the least busy one.</summary>
/// <remarks>
/// As cache-aware routers of engines do; defaults of the knobs are assumed. The router keeps which replica it sent each run of the
/// prefix tree to, and knows nothing of what the replica has evicted since. Below the share of the prompt that must match, and where
/// loads are out of balance, the replica with the fewest requests gets it.
/// </remarks>
public sealed class PrefixAffinityRouter : IRouter
{
    private readonly PrefixAffinityKnobs _knobs;
    private readonly PromptPrefixes _prompts;

    /// <summary>Run of the tree -> replica + 1 that was sent it last; 0: none.</summary>
    private readonly int[] _sentTo;
    private LeastTree? _loads;

    public PrefixAffinityRouter(PrefixAffinityKnobs knobs, PromptPrefixes prompts)
    {
        _knobs = knobs;
        _prompts = prompts;
        _sentTo = new int[prompts.Tree.Count];
    }

    public RouterNeeds Needs => RouterNeeds.Ends;

    public RouteDecision Route(in RoutedRequest request, RouterView view)
    {
        int run = _prompts.Prompt[request.Index];
        int known = run;
        while (known >= 0 && _sentTo[known] == 0)
            known = _prompts.Tree.Parent[known];
        int least = _loads!.Least;
        int to = least;
        if (known >= 0 && _prompts.Tree.Depth[known] >= _knobs.Match * request.InputTokens)
        {
            int affine = _sentTo[known] - 1;
            int most = view.Requests(affine), fewest = view.Requests(least);
            if (most - fewest <= _knobs.BalanceAbs || most <= _knobs.BalanceRel * fewest)
                to = affine;
        }
        for (int at = run; at >= 0; at = _prompts.Tree.Parent[at])
            _sentTo[at] = to + 1;
        return RouteDecision.To(to);
    }

    public void Changed(int replica, RouterView view)
    {
        _loads ??= new LeastTree(view.Count);
        _loads.Set(replica, view.Requests(replica));
    }
}

/// <summary>Knobs of <see cref="PrefixAffinityRouter"/>.</summary>
public sealed record PrefixAffinityKnobs : KnobSet
{
    [Knob("share of the prompt that a replica must have been sent before to be preferred", 0, 1)]
    public double Match { get; init; } = 0.5;

    [Knob("requests more than the least busy replica's up to which it is preferred", 0, 1 << 20)]
    public int BalanceAbs { get; init; } = 32;

    [Knob("times the least busy replica's requests up to which it is preferred", 1, 1000)]
    public double BalanceRel { get; init; } = 1.5;
}
