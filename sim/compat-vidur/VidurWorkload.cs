namespace ELLM.Sim.Compat.Vidur;

/// <summary>Vidur's rule for requests that are too long.</summary>
/// <remarks>Source: microsoft/vidur 7d47513.</remarks>
public static class VidurWorkload
{
    /// <summary>Replay: at least one token each, then the prompt alone pays for what exceeds <paramref name="maxTokens"/>.</summary>
    /// <exception cref="InputException">The output alone is too long.</exception>
    public static (int Prompt, int Output) CutPrompt(int prompt, int output, int maxTokens)
    {
        int p = Math.Max(1, prompt);
        int d = Math.Max(1, output);
        p -= Math.Max(0, p + d - maxTokens);
        return p >= 1 ? (p, d) : throw new InputException($"vidur: a request of {d} output tokens cannot be cut to max_tokens {maxTokens}");
    }
}
