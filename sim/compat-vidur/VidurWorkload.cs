using ELLM.Sim.Numerics;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Compat.Vidur;

/// <summary>Vidur's rules for making requests out of rates and traces.</summary>
/// <remarks>Source: microsoft/vidur 7d47513. Random numbers are this project's: seeds draw other requests than they do there.</remarks>
public static class VidurWorkload
{
    /// <summary>
    /// Arrival times with exponential gaps, the first request one gap after 0. Gaps are cut at three times their mean, so the real
    /// rate is 1 / (1 - e^-3), 5.2 %, above the nominal one (<see cref="VidurQuirks.CapPoissonGaps"/>).
    /// </summary>
    public static double[] PoissonArrivals(int count, double ratePerS, ulong seed, VidurQuirks? quirks = null)
    {
        if (!(ratePerS > 0) || double.IsInfinity(ratePerS))
            throw new InputException(FormattableString.Invariant($"vidur: rate: expected a positive number of requests/s, found {ratePerS}"));
        bool cap = (quirks ?? new VidurQuirks()).CapPoissonGaps;
        RandomStream random = RandomStream.Named(seed, "vidur.arrivals");
        double longest = 1.0 / ratePerS * 3.0;
        double[] times = new double[count];
        double now = 0;
        for (int i = 0; i < count; i++)
        {
            double gap = -DeterministicMath.Log(random.NextPositive()) / ratePerS;
            times[i] = now += cap ? Math.Min(gap, longest) : gap;
        }
        return times;
    }

    /// <summary>
    /// Lengths from a trace: both parts scaled and cut to integers, then both reduced in proportion to fit into
    /// <paramref name="maxTokens"/>, each reduction rounded up, and at least one token each.
    /// </summary>
    /// <exception cref="InputException">A request cannot be made to fit.</exception>
    public static (int Prompt, int Output) CutInProportion(int prompt, int output, int maxTokens, double promptScale = 1, double outputScale = 1)
    {
        int p = (int)(prompt * promptScale);
        int d = (int)(output * outputScale);
        int total = p + d;
        int excess = Math.Max(0, total - maxTokens);
        if (excess > 0)
        {
            int cutPrompt = (int)Math.Ceiling(excess * ((double)p / total));
            int cutOutput = (int)Math.Ceiling(excess * ((double)d / total));
            (p, d) = (p - cutPrompt, d - cutOutput);
        }
        return Fit(Math.Max(1, p), Math.Max(1, d), maxTokens);
    }

    /// <summary>Replay: at least one token each, then the prompt alone pays for what exceeds <paramref name="maxTokens"/>.</summary>
    /// <exception cref="InputException">The output alone is too long.</exception>
    public static (int Prompt, int Output) CutPrompt(int prompt, int output, int maxTokens, double promptScale = 1, double outputScale = 1)
    {
        int p = Math.Max(1, (int)(prompt * promptScale));
        int d = Math.Max(1, (int)(output * outputScale));
        return Fit(p - Math.Max(0, p + d - maxTokens), d, maxTokens);
    }

    /// <summary>A trace replayed: its times, its prompts cut.</summary>
    /// <exception cref="InputException">An output alone is longer than <paramref name="maxTokens"/> allows.</exception>
    public static VidurArrival[] Replay(Trace trace, int maxTokens, double timeScale = 1)
    {
        VidurArrival[] arrivals = new VidurArrival[trace.Count];
        for (int i = 0; i < arrivals.Length; i++)
        {
            (int prompt, int output) = CutPrompt(trace.InputTokens[i], trace.OutputTokens[i], maxTokens);
            arrivals[i] = new VidurArrival(new Time.SimTime(trace.ArrivalPs[i]).Seconds * timeScale, prompt, output);
        }
        return arrivals;
    }

    /// <summary>Lengths of a trace, cut in proportion and shuffled, at Poisson arrivals.</summary>
    public static VidurArrival[] FromLengths(Trace trace, int count, double ratePerS, int maxTokens, ulong seed = 42, VidurQuirks? quirks = null)
    {
        if (count > trace.Count)
            throw new InputException($"vidur: {trace.Name} has {trace.Count} lengths, fewer than the {count} requests asked for");
        int[] order = [.. Enumerable.Range(0, trace.Count)];
        RandomStream random = RandomStream.Named(seed, "vidur.lengths");
        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = (int)random.NextBelow((ulong)(i + 1));
            (order[i], order[j]) = (order[j], order[i]);
        }
        double[] times = PoissonArrivals(count, ratePerS, seed, quirks);
        VidurArrival[] arrivals = new VidurArrival[count];
        for (int i = 0; i < count; i++)
        {
            (int prompt, int output) = CutInProportion(trace.InputTokens[order[i]], trace.OutputTokens[order[i]], maxTokens);
            arrivals[i] = new VidurArrival(times[i], prompt, output);
        }
        return arrivals;
    }

    private static (int Prompt, int Output) Fit(int prompt, int output, int maxTokens)
    {
        if (prompt < 1 || prompt + output > maxTokens)
            throw new InputException($"vidur: a request of {output} output tokens cannot be cut to max_tokens {maxTokens}");
        return (prompt, output);
    }
}
