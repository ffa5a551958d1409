using ELLM.Sim.Time;

namespace ELLM.Sim.Timing;

/// <summary>Parts of an iteration that depend on few numbers, rounded to picoseconds once and computed when first asked for.</summary>
/// <remarks>
/// Threads: a slot goes from 0 to its one value by a 64-bit write, which is atomic; two threads that meet there write the same value,
/// so a race costs time and nothing else.
/// </remarks>
/// <param name="options">How many tokens and sequences to remember, and whether there is a head.</param>
/// <param name="linearUs">Microseconds of everything that depends on the number of tokens alone.</param>
/// <param name="headUs">Microseconds of LM head and sampler for so many sampled tokens.</param>
/// <param name="prefillUs">Microseconds of the attention of prefill chunks.</param>
internal sealed class IterationParts(
    TimingOptions options, Func<int, double> linearUs, Func<int, double> headUs, IterationParts.PrefillTime prefillUs)
{
    private readonly long[] _linear = new long[options.MemoTokens + 1];
    private readonly long[] _head = new long[options.MaxSequences + 1];

    /// <summary>Prompts of one chunk, by their tokens.</summary>
    private readonly long[] _prompt = new long[options.MemoTokens + 1];

    internal delegate double PrefillTime(ReadOnlySpan<PrefillChunk> chunks);

    public long LinearPs(int tokens) => tokens < _linear.Length && _linear[tokens] is not 0 and long known
        ? known
        : Keep(_linear, tokens, linearUs(tokens));

    public long HeadPs(int samples)
    {
        if (!options.HasHead)
            return 0;
        return samples < _head.Length && _head[samples] is not 0 and long known ? known : Keep(_head, samples, headUs(samples));
    }

    public long PrefillPs(ReadOnlySpan<PrefillChunk> chunks)
    {
        if (chunks.Length == 0)
            return 0;
        if (chunks.Length > 1 || chunks[0].CachedTokens > 0)
            return Ps(prefillUs(chunks));
        int tokens = chunks[0].Tokens;
        return tokens < _prompt.Length && _prompt[tokens] is not 0 and long known ? known : Keep(_prompt, tokens, prefillUs(chunks));
    }

    private static long Keep(long[] slots, int at, double us)
    {
        long ps = Ps(us);
        if (at < slots.Length)
            slots[at] = ps;
        return ps;
    }

    private static long Ps(double us) => SimTime.FromMicroseconds(us).Picoseconds;
}
