using ELLM.Sim.Time;
using ELLM.Sim.Workload.Clients;

namespace ELLM.Sim.Workload.Readers;

/// <summary>The result file of a benchmark client as a trace: what it sent, when it sent it.</summary>
internal sealed class ClientLayout(IClientFormat format, RequestRows rows) : IJsonLayout
{
    /// <summary>Of the layout's id: its times need no guess.</summary>
    public const string Prefix = "RUN ";

    private readonly ClientRun _run = new();
    private double? _firstS;
    private int _taken;

    public string Id => Prefix + format.Client;

    public string Title => $"a run of {format.Client}";

    public TimeKind Time => TimeKind.Seconds;

    public void Read(ReadOnlyMemory<byte> json, RowPlace place)
    {
        format.Read(json, place, _run);
        for (; _taken < _run.Requests.Count; _taken++)
        {
            ClientRequest request = _run.Requests[_taken];
            _firstS ??= request.StartS;
            double seconds = request.StartS - _firstS.Value;
            if (Math.Abs(seconds) > 9_000_000)
                throw place.Error("requests within 106 days", FormattableString.Invariant($"{seconds} s after the first"));
            long ps = SimTime.FromSeconds(Math.Abs(seconds)).Picoseconds;
            rows.Add(seconds < 0 ? -ps : ps, request.Input, request.Output);
        }
    }

    public void Finish()
    {
        rows.Notes.AddRange(_run.Notes);
        if (_run.Failed > 0)
            rows.Notes.Add($"{_run.Failed} requests that failed are left out");
        if (_run.WarmUp > 0)
            rows.Notes.Add($"{_run.WarmUp} requests of the warm-up are left out");
    }
}
