namespace ELLM.Sim.Timing;

/// <summary>A floor under every iteration of a time model: a price for each thing that an iteration does.</summary>
/// <remarks>
/// <para>An iteration with prompt chunks (c tokens after k of the same prompt), b decoding sequences with S context tokens and s sampled
/// tokens takes at least <c>fixed + per_prompt_token sum(c) + per_prompt_square sum((k + c)^2 - k^2) + per_decode b +
/// per_context_token S + per_sample s</c> picoseconds, whatever else is in it. Squares of chunks add up to that of the prompt, so
/// what a prompt costs does not depend on how it is cut.</para>
/// <para>Without the fixed part the prices of an iteration's sequences may be added up over any set of iterations: no order of
/// admission makes a request cheaper. With it they are what a request needs when it waits for none.</para>
/// <para>A preempted sequence may have its next token from a recomputation in place of a decode step. That is at least as dear here:
/// where it were not, the price of a decode step is lowered to it.</para>
/// </remarks>
public readonly record struct LeastCost
{
    /// <summary>Every iteration.</summary>
    public double FixedPs { get; init; }

    public double PerPromptTokenPs { get; init; }

    public double PerPromptSquarePs { get; init; }

    public double PerDecodePs { get; init; }

    public double PerContextTokenPs { get; init; }

    /// <summary>A decode, and the chunk that ends a prompt.</summary>
    public double PerSamplePs { get; init; }

    /// <summary>Each token of the longest context; of a sequence alone, of its own.</summary>
    public double PerLongestTokenPs { get; init; }

    /// <summary>Processor time that a prompt needs at least, whatever shares its iterations.</summary>
    public double PromptPs(int tokens) => PerSamplePs + (PerPromptTokenPs * tokens) + (PerPromptSquarePs * tokens * tokens);

    /// <summary>Processor time that all output tokens but the first need at least, whatever shares their iterations.</summary>
    public double DecodesPs(int prompt, int outputs) => DecodesPs(prompt, outputs, PerContextTokenPs);

    /// <summary>The least time from a request's arrival to its first token.</summary>
    public double FirstTokenPs(int prompt) => FixedPs + PromptPs(prompt);

    /// <summary>The least time from the first token to the last.</summary>
    public double OtherTokensPs(int prompt, int outputs) =>
        ((outputs - 1) * FixedPs) + DecodesPs(prompt, outputs, PerContextTokenPs + PerLongestTokenPs);

    /// <summary>The same where a preempted sequence finds its own blocks again: its next token may come from an iteration that computes no
    /// more than its last token, so a decode step is priced no higher than that.</summary>
    /// <remarks>Such a chunk costs at least per_prompt_token + per_prompt_square (2 s - 1) at a context s, which begins at 2.</remarks>
    public LeastCost OwnBlocksFound()
    {
        double context = Math.Min(PerContextTokenPs, Math.Min(2 * PerPromptSquarePs, (PerPromptTokenPs + (3 * PerPromptSquarePs)) / 2));
        return this with
        {
            PerContextTokenPs = context,
            PerDecodePs = Math.Min(PerDecodePs, PerPromptTokenPs + (3 * PerPromptSquarePs) - (2 * context)),
            PerLongestTokenPs = 0,
        };
    }

    /// <summary>Both floors hold, one for each part of an iteration.</summary>
    public static LeastCost operator +(in LeastCost a, in LeastCost b) => new()
    {
        FixedPs = a.FixedPs + b.FixedPs,
        PerPromptTokenPs = a.PerPromptTokenPs + b.PerPromptTokenPs,
        PerPromptSquarePs = a.PerPromptSquarePs + b.PerPromptSquarePs,
        PerDecodePs = a.PerDecodePs + b.PerDecodePs,
        PerContextTokenPs = a.PerContextTokenPs + b.PerContextTokenPs,
        PerSamplePs = a.PerSamplePs + b.PerSamplePs,
        PerLongestTokenPs = a.PerLongestTokenPs + b.PerLongestTokenPs,
    };

    /// <summary>A little less of everything: for models that round their parts to picoseconds.</summary>
    public LeastCost Below(double share = 1e-6) => new()
    {
        FixedPs = FixedPs * (1 - share),
        PerPromptTokenPs = PerPromptTokenPs * (1 - share),
        PerPromptSquarePs = PerPromptSquarePs * (1 - share),
        PerDecodePs = PerDecodePs * (1 - share),
        PerContextTokenPs = PerContextTokenPs * (1 - share),
        PerSamplePs = PerSamplePs * (1 - share),
        PerLongestTokenPs = PerLongestTokenPs * (1 - share),
    };

    /// <remarks>
    /// Steps at contexts s from prompt + 1 to prompt + outputs - 1; a recomputation at s costs at least per_prompt_token s +
    /// per_prompt_square s^2 and a sample. Lowered so that it is no less at the first s, and grows no slower there, it is no less at
    /// any later one.
    /// </remarks>
    private double DecodesPs(int prompt, int outputs, double perContext)
    {
        double first = prompt + 1.0, steps = outputs - 1.0;
        double slope = Math.Min(perContext, PerPromptTokenPs + (PerPromptSquarePs * first));
        double each = Math.Min(PerDecodePs, first * (PerPromptTokenPs + (PerPromptSquarePs * first) - slope));
        return steps * (each + PerSamplePs + (slope * (first + ((steps - 1) / 2))));
    }
}

/// <summary>A time model that knows floors under its own iterations.</summary>
public interface ILeastCosts
{
    /// <summary>Floors that all hold for every iteration of at most so many sequences; each is the best for something.</summary>
    IReadOnlyList<LeastCost> LeastCosts(int mostSequences);
}
