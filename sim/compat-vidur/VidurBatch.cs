namespace ELLM.Sim.Compat.Vidur;

/// <summary>One iteration: requests in the order they were chosen, and the tokens of each.</summary>
public sealed class VidurBatch(int id, IReadOnlyList<VidurRequest> requests, IReadOnlyList<int> tokens, int firstBatch)
{
    public int Id { get; } = id;

    public IReadOnlyList<VidurRequest> Requests { get; } = requests;

    public IReadOnlyList<int> Tokens { get; } = tokens;

    public int TotalTokens { get; } = tokens.Sum();

    /// <summary>Tokens of requests whose prefill had not ended when the batch was formed.</summary>
    public int PrefillTokens { get; } = CountPrefill(requests, tokens);

    public double ScheduledAt { get; internal set; }

    /// <summary>FasterTransformer: the batch that this one continues, or itself.</summary>
    internal int FirstBatch { get; } = firstBatch;

    private static int CountPrefill(IReadOnlyList<VidurRequest> requests, IReadOnlyList<int> tokens)
    {
        int prefill = 0;
        for (int i = 0; i < requests.Count; i++)
            prefill += requests[i].PrefillComplete ? 0 : tokens[i];
        return prefill;
    }
}
