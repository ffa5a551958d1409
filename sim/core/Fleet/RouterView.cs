using ELLM.Sim.Serving;

namespace ELLM.Sim.Fleet;

/// <summary>What a router may look at: its own counts, exactly, and the figures of engines as they were last reported.</summary>
/// <remarks>
/// A router that asks for no ends sees counts of requests sent alone. A report is of everything that happened before its instant;
/// with an interval of 0 that instant is now.
/// </remarks>
public sealed class RouterView
{
    private readonly IReadOnlyList<Replica> _replicas;
    private readonly int[] _requests;
    private readonly long[] _tokens;
    private readonly EngineReport[]? _reports;
    private long _nowPs;

    internal RouterView(IReadOnlyList<Replica> replicas, long reportPs)
    {
        _replicas = replicas;
        _requests = new int[replicas.Count];
        _tokens = new long[replicas.Count];
        _reports = reportPs > 0 ? new EngineReport[replicas.Count] : null;
    }

    /// <summary>Replicas of the fleet; indices are below it.</summary>
    public int Count => _requests.Length;

    /// <summary>Requests sent to a replica that have not ended.</summary>
    public int Requests(int replica) => _requests[replica];

    /// <summary>Prompt and output tokens of those requests.</summary>
    public long Tokens(int replica) => _tokens[replica];

    /// <summary>What a replica said of itself last.</summary>
    public EngineReport Report(int replica) =>
        _reports is null ? _replicas[replica].ReportAt(_nowPs) : _reports[replica];

    /// <summary>The instant of the last reports; -1 where they are always of now.</summary>
    public long ReportedPs { get; private set; } = -1;

    internal void At(long nowPs) => _nowPs = nowPs;

    internal void Sent(int replica, long tokens)
    {
        _requests[replica]++;
        _tokens[replica] += tokens;
    }

    internal void Ended(int replica, long tokens)
    {
        _requests[replica]--;
        _tokens[replica] -= tokens;
    }

    /// <summary>Tokens that a replica was sent and will not serve.</summary>
    internal void Cut(int replica, long tokens) => _tokens[replica] -= tokens;

    /// <summary>Every replica reports.</summary>
    internal void Collect(long nowPs)
    {
        for (int i = 0; i < _reports!.Length; i++)
            _reports[i] = _replicas[i].ReportAt(nowPs);
        ReportedPs = nowPs;
    }
}
