using ELLM.Sim.Models;

namespace ELLM.Sim.Timing.Kinds;

/// <summary>Microseconds of all layers of a stage, whatever their kinds: sums over <see cref="ModelRank.Groups"/>.</summary>
/// <remarks>
/// A layer is its attention (products and kernels), its feed-forward block, and an all-reduce behind each under tensor parallelism.
/// Layers that see a window have full attention's kernels over a shorter context; what depends on context there is kept apart
/// (<see cref="Windows"/>), since it stops growing.
/// </remarks>
internal sealed class LayerTimes
{
    private readonly ModelRank _rank;
    private readonly OperatorTimes _full;
    private readonly LatentTimes? _latent;
    private readonly FeedForwardTimes _feedForward;

    public LayerTimes(TimingProfile profile, ModelRank rank, TimingOptions options, OperatorTimes full)
    {
        _rank = rank;
        _full = full;
        WeightFormats formats = FormatsOf(rank.Model, options.Weights);
        _feedForward = new FeedForwardTimes(profile, rank, formats, options, full);
        if (Count(AttentionKind.Latent) > 0)
            _latent = new LatentTimes(profile, rank, formats.Attention, options.Fp8Kv);
        if (Count(AttentionKind.Window) + Count(AttentionKind.Chunked) > 0)
            Windows = new WindowTimes(profile, rank, options, Count(AttentionKind.Window) + Count(AttentionKind.Chunked));
    }

    /// <summary>Layers that see part of the context; null when there are none.</summary>
    public WindowTimes? Windows { get; }

    /// <summary>Steps in which all sequences decode use other kernels than iterations with prompts.</summary>
    public bool DecodesApart => _latent is not null;

    /// <summary>What the experts and latent attention were fitted on.</summary>
    public IEnumerable<TimingSource> Sources => new[] { _feedForward.Source, _latent?.Source }.OfType<TimingSource>();

    /// <summary>What depends on the number of tokens alone, in iterations with prompts.</summary>
    public double Linear(int tokens) => Sum(tokens, decodeOnly: false);

    /// <summary>The same in steps in which all sequences decode.</summary>
    public double DecodeLinear(int tokens) => Sum(tokens, decodeOnly: true);

    /// <summary>Decode attention without the parts that grow with context.</summary>
    public double DecodeFixed(int sequences) => Count(AttentionKind.Full) * _full.DecodeFixed(sequences)
        + (_latent is null ? 0 : Count(AttentionKind.Latent) * _latent.PerSequence * sequences)
        + (Windows is null ? 0 : Windows.Layers * Windows.Operators.DecodeFixed(sequences));

    /// <summary>Decode attention for each token of total context, windows left out.</summary>
    public double DecodePerContextToken => Count(AttentionKind.Full) * _full.DecodePerContextToken
        + (_latent is null ? 0 : Count(AttentionKind.Latent) * _latent.PerContextToken);

    /// <summary>Decode attention for each token of the longest context, windows left out.</summary>
    public double DecodePerLongestToken(int sequences) => Count(AttentionKind.Full) * _full.DecodePerLongestToken(sequences);

    /// <summary>Attention of a decoding row beside prompts where one kernel does both, windows left out.</summary>
    public double MixedPerSequence => Count(AttentionKind.Full) * _full.MixedPerSequence
        + (_latent is null ? 0 : Count(AttentionKind.Latent) * _latent.PerSequence);

    /// <summary>The same for each token of total context.</summary>
    public double MixedPerContextToken => Count(AttentionKind.Full) * _full.MixedPerContextToken
        + (_latent is null ? 0 : Count(AttentionKind.Latent) * _latent.PerContextToken);

    /// <summary>Attention of prompt chunks.</summary>
    public double Prefill(ReadOnlySpan<PrefillChunk> chunks)
    {
        int full = Count(AttentionKind.Full);
        double us = full == 0 ? 0 : full * _full.Prefill(chunks);
        if (_latent is not null)
            us += Count(AttentionKind.Latent) * _latent.Prefill(chunks);
        return Windows is null ? us : us + Windows.Layers * Windows.Operators.Prefill(chunks, Windows.Tokens, Windows.Chunked);
    }

    /// <summary>The least that a token adds to <see cref="Linear"/> in iterations of any size.</summary>
    public double LinearPerToken
    {
        get
        {
            double us = 0;
            foreach (LayerGroup group in _rank.Groups)
            {
                bool plain = group.Attention == AttentionKind.Full && group.FeedForward == FeedForwardKind.Dense;
                us += group.Count * (plain ? _full.LayerLinearPerToken
                    : AttentionPerToken(group.Attention) + _feedForward.PerToken(group.FeedForward));
            }
            return us;
        }
    }

    /// <summary>The same of prefill attention for each token of a chunk.</summary>
    public double PrefillPerToken =>
        Count(AttentionKind.Full) * _full.PrefillPerToken + (Windows is null ? 0 : Windows.Layers * Windows.Operators.PrefillPerToken);

    /// <summary>The same for each unit of (cached + chunk)^2 - cached^2; a window's pairs grow with its tokens alone.</summary>
    public double PrefillPerSquare =>
        Count(AttentionKind.Full) * _full.PrefillPerSquare + (_latent is null ? 0
            : Count(AttentionKind.Latent) * _latent.PrefillPerSquare);

    private double AttentionPerToken(AttentionKind kind) => kind switch
    {
        AttentionKind.Latent => _latent!.ProjectionsPerToken,
        AttentionKind.Full => _full.AttentionProductsPerToken,
        _ => Windows!.Operators.AttentionProductsPerToken,
    };

    private double Sum(int tokens, bool decodeOnly)
    {
        double us = 0;
        foreach (LayerGroup group in _rank.Groups)
        {
            bool plain = group.Attention == AttentionKind.Full && group.FeedForward == FeedForwardKind.Dense;
            us += group.Count * (plain
                ? _full.LayerLinear(tokens)
                : Attention(group.Attention, tokens, decodeOnly) + _feedForward.Us(group.FeedForward, tokens)
                    + 2 * _full.AllReduce(tokens));
        }
        return us;
    }

    private double Attention(AttentionKind kind, int tokens, bool decodeOnly) => kind switch
    {
        AttentionKind.Latent => _full.Norm(tokens) + (decodeOnly ? _latent!.DecodeProjections(tokens) : _latent!.Projections(tokens)),
        AttentionKind.Full => _full.AttentionProducts(tokens) + _full.AttentionElementwise(tokens),
        _ => Windows!.Operators.AttentionProducts(tokens) + Windows.Operators.AttentionElementwise(tokens),
    };

    private int Count(AttentionKind kind)
    {
        int count = 0;
        foreach (LayerGroup group in _rank.Groups)
            count += group.Attention == kind ? group.Count : 0;
        return count;
    }

    /// <summary>Formats of the parts: as an option says, as the file says, or one of the weights' size.</summary>
    internal static WeightFormats FormatsOf(ModelSpec model, WeightFormat weights) => weights != WeightFormat.Model
        ? WeightFormats.All(NumberFormat.Fp8)
        : model.Formats ?? WeightFormats.All(model.WeightElementBytes switch
        {
            1 => NumberFormat.Fp8,
            4 => NumberFormat.Bits32,
            _ => NumberFormat.Bits16,
        });
}
