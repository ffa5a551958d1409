namespace ELLM.Sim.Tests.Naive;

/// <summary>How long an iteration takes, in picoseconds, from its requests one by one.</summary>
internal interface INaiveTimes
{
    /// <param name="prompts">Requests with a chunk.</param>
    /// <param name="decoding">Requests that decode a token.</param>
    long Ps(IReadOnlyList<NaiveRequest> prompts, IReadOnlyList<NaiveRequest> decoding);
}

/// <summary>A step, and something for each sequence, each token it reads, the longest of them, each prompt token and each pair that
/// attends.</summary>
internal sealed record NaiveConstant(long Step, long Sequence, long Context, long Longest, long PromptToken, long Pair) : INaiveTimes
{
    public long Ps(IReadOnlyList<NaiveRequest> prompts, IReadOnlyList<NaiveRequest> decoding)
    {
        long ps = Step, longest = 0;
        foreach (NaiveRequest one in decoding)
        {
            ps += Sequence + (Context * (one.Cached + 1));
            longest = Math.Max(longest, one.Cached + 1);
        }
        foreach (NaiveRequest one in prompts)
        {
            for (int token = 1; token <= one.Chunk; token++)
                ps += PromptToken + (Pair * (one.Cached + token));
        }
        return ps + (Longest * longest);
    }
}

/// <summary>A published fit: prompts by their tokens and squares, decodes by the regime of their number; beside prompts decodes pay no
/// fixed part.</summary>
internal sealed record NaiveLinear(
    double PromptFixedMs, double PromptTokenMs, double PromptSquareMs, IReadOnlyList<NaiveRegime> Regimes) : INaiveTimes
{
    public long Ps(IReadOnlyList<NaiveRequest> prompts, IReadOnlyList<NaiveRequest> decoding)
    {
        NaiveRegime regime = Regimes.First(r => decoding.Count <= r.UpTo);
        long ps = 0;
        foreach (NaiveRequest one in decoding)
            ps += Round(regime.SequenceMs) + (Round(regime.ContextMs) * (one.Cached + 1));
        if (prompts.Count == 0)
            return ps + Round(regime.FixedMs);
        double tokens = prompts.Sum(p => p.Chunk);
        double squares = prompts.Sum(p => Math.Pow(p.Cached + p.Chunk, 2) - Math.Pow(p.Cached, 2));
        return ps + Round(PromptFixedMs + (PromptTokenMs * tokens) + (PromptSquareMs * squares));
    }

    private static long Round(double ms) => (long)Math.Round(ms * 1000 * 1e6);
}

internal sealed record NaiveRegime(double FixedMs, double ContextMs, double SequenceMs, int UpTo);
