using ELLM.Sim.Serving;

namespace ELLM.Sim.Fleet;

/// <summary>Makes the records of requests when they arrive: one a request of the trace, or of those alone that are in flight.</summary>
/// <remarks>Requests have rising numbers either way: engines tell by them which came first.</remarks>
internal sealed class RequestRecords
{
    private const int FirstRows = 256;

    private readonly bool _ring;
    private int _next;

    /// <param name="all">One a request; null: a row is used again when its request has ended.</param>
    public RequestRecords(RequestRecord[]? all)
    {
        _ring = all is null;
        Table = new RecordTable(all ?? new RequestRecord[FirstRows], _ring);
    }

    public RecordTable Table { get; }

    /// <summary>A request arrives. Returns the number that engines know it by.</summary>
    /// <remarks>Records made all at once would leave the processor's caches before they are needed.</remarks>
    public int Open(in Arrival arrival, long nowPs)
    {
        int request = _ring ? _next++ : arrival.Row;
        // Tokens are asked for from the arrival on: a row without has never been used.
        while (_ring && Table[request] is { Status: RequestStatus.Unfinished, OutputTokens: > 0 })
            Table.Grow(request);
        ref RequestRecord record = ref Table[request];
        if (_ring)
            record = default;
        record.InputTokens = arrival.InputTokens;
        record.OutputTokens = arrival.OutputTokens;
        record.ArrivalPs = nowPs;
        record.FirstScheduledPs = record.FirstTokenPs = record.FinishPs = -1;
        return request;
    }
}
