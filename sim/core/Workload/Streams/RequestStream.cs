namespace ELLM.Sim.Workload.Streams;

/// <summary>Requests in the order of arrival that are never all in memory: a trace of any length, piece by piece.</summary>
/// <param name="Name">Of the stream.</param>
/// <param name="Open">Starts anew from the first request; pieces are sorted, and come in order.</param>
/// <param name="Notes">What a reader of results has to know of it, one line each.</param>
/// <param name="ContentHash">As <see cref="Trace.ContentHash"/>.</param>
public sealed record RequestStream(string Name, Func<IEnumerable<Trace>> Open, IReadOnlyList<string> Notes, string ContentHash)
{
    /// <summary>Requests of a piece, at most.</summary>
    public const int PieceRows = 1 << 16;

    /// <summary>A trace that is in memory, as a stream of one piece.</summary>
    public static RequestStream Of(Trace trace) => new(trace.Name, () => [trace], [], trace.ContentHash);

    /// <summary>The first so many requests.</summary>
    public RequestStream First(long requests) => this with
    {
        Open = () => Cut(Open(), requests),
        ContentHash = FormattableString.Invariant($"{ContentHash} {requests}"),
    };

    /// <summary>The pieces, the next of them made while one is read.</summary>
    public IEnumerable<Trace> Ahead()
    {
        using IEnumerator<Trace> pieces = Open().GetEnumerator();
        Task<Trace?> next = Task.Run(Pull);
        while (next.GetAwaiter().GetResult() is Trace piece)
        {
            next = Task.Run(Pull);
            yield return piece;
        }

        Trace? Pull() => pieces.MoveNext() ? pieces.Current : null;
    }

    private static IEnumerable<Trace> Cut(IEnumerable<Trace> pieces, long requests)
    {
        foreach (Trace piece in pieces)
        {
            if (piece.Count >= requests)
            {
                int[] rows = [.. Enumerable.Range(0, (int)requests)];
                yield return piece.Pick(rows, piece.ArrivalPs[..(int)requests]);
                yield break;
            }
            requests -= piece.Count;
            yield return piece;
        }
    }
}
