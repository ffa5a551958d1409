namespace ELLM.Sim.Timing;

/// <summary>Floors under the iterations of the formulas.</summary>
public sealed partial class AnalyticTimeModel : ILeastCosts
{
    /// <summary>Iterations up to so many tokens are looked at one by one; what larger ones take grows at least by the rate of the
    /// products.</summary>
    private const int Looked = 4096;

    /// <summary>What a prompt token pays of the cheapest iteration's time for each token; the rest is left for the decodes to
    /// pay.</summary>
    private static readonly double[] PromptShares = [1, 0.75, 0.5, 0.25];

    /// <inheritdoc/>
    /// <remarks>
    /// <para>With L(n) for what an iteration of n tokens takes besides attention and sampling: the least of L(n) / n is a price a
    /// token. Where a prompt token pays a share p of it, a decode pays the least of (L(n) - p (n - k)) / k, k = min(n, most
    /// sequences), since no iteration has more decodes: in a batch of decodes alone each carries a share of the weights that are
    /// read.</para>
    /// <para>For a request alone: the least of L(n) once an iteration, and what exceeds it a token; or the host's floor.</para>
    /// </remarks>
    public IReadOnlyList<LeastCost> LeastCosts(int mostSequences)
    {
        int most = Math.Min(mostSequences, MaxSequences);
        double[] linear = [.. Enumerable.Range(1, Looked).Select(n => (double)(LeastLinearPs(n) + LeastFixedPs))];
        double beyond = 1e6 * (_layers.LinearPerToken + (_ends * _operators.EndsPerToken));
        double perToken = Math.Min(beyond, linear.Select((ps, at) => ps / (at + 1)).Min());
        LeastCost attention = Attention(most);
        List<LeastCost> costs = [Alone(linear, beyond, attention, most), Floor];
        foreach (double share in PromptShares)
        {
            double prompt = share * perToken;
            double decode = ((beyond - prompt) * Looked / most) + prompt;
            for (int n = 1; n <= Looked; n++)
            {
                int decodes = Math.Min(n, most);
                decode = Math.Min(decode, (linear[n - 1] - (prompt * (n - decodes))) / decodes);
            }
            costs.Add(attention with
            {
                PerPromptTokenPs = attention.PerPromptTokenPs + prompt,
                PerDecodePs = Least(b => _decodeAttentionPs[b] / (double)b, most, _mixedPerSequencePs) + decode,
                PerSamplePs = Least(b => _parts.HeadPs(b) / (double)b, most) + LeastPerSequencePs,
                PerLongestTokenPs = 0,
            });
        }
        return [.. costs.Select(cost => cost.Below())];
    }

    /// <summary>Where steps of decodes alone use other kernels, the cheaper of both.</summary>
    private long LeastLinearPs(int tokens) => _layers.DecodesApart
        ? Math.Min(_parts.LinearPs(tokens), Ps(_layers.DecodeLinear(tokens) + _ends * _operators.Ends(tokens)))
        : _parts.LinearPs(tokens);

    /// <summary>The host's floor under an iteration; 0 prices.</summary>
    private LeastCost Floor => new()
    {
        FixedPs = Math.Min(_floorPs, _eager?._floorPs ?? _floorPs) + LeastFixedPs,
        PerSamplePs = LeastPerSequencePs,
    };

    /// <summary>What the host adds to any iteration at least, launched as a graph or not.</summary>
    private long LeastFixedPs => Math.Min(_overheadFixedPs, _eager?._overheadFixedPs ?? _overheadFixedPs);

    private long LeastPerSequencePs => Math.Min(_overheadPerSequencePs, _eager?._overheadPerSequencePs ?? _overheadPerSequencePs);

    /// <summary>Prices of attention that hold in any iteration.</summary>
    private LeastCost Attention(int most) => new()
    {
        PerPromptTokenPs = 1e6 * _layers.PrefillPerToken,
        PerPromptSquarePs = 1e6 * _layers.PrefillPerSquare,
        PerContextTokenPs = _singleKernel ? Math.Min(_perContextPs, _mixedPerContextPs) : _perContextPs,
        PerLongestTokenPs = _singleKernel ? 0 : Least(b => _perLongestPs[b], most),
    };

    private LeastCost Alone(double[] linear, double beyond, LeastCost attention, int most)
    {
        double once = linear.Min(), head = Least(b => _parts.HeadPs(b), most);
        double more = linear.Select((ps, at) => (ps - once) / (at + 1)).Min();
        return attention with
        {
            FixedPs = once + head,
            PerPromptTokenPs = attention.PerPromptTokenPs + Math.Max(0, Math.Min(more, beyond - (once / Looked))),
            PerDecodePs = Least(b => _decodeAttentionPs[b] / (double)b, most, _mixedPerSequencePs),
            PerSamplePs = LeastPerSequencePs,
        };
    }

    /// <summary>The least over all batches, and over what a decode costs beside a prompt where one kernel runs both.</summary>
    private double Least(Func<int, double> of, int most, double? mixed = null)
    {
        double least = _singleKernel && mixed is double one ? one : double.PositiveInfinity;
        for (int b = 1; b <= most; b++)
            least = Math.Min(least, of(b));
        return least;
    }
}
