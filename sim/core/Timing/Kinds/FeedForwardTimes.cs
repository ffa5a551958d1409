using ELLM.Sim.Models;

namespace ELLM.Sim.Timing.Kinds;

/// <summary>Times of what follows attention in one layer: norm, dense block, router, experts, shared experts.</summary>
/// <remarks>Shared experts run after the routed ones, not beside them.</remarks>
internal sealed class FeedForwardTimes
{
    private readonly OperatorTimes _full;
    private readonly ModelRank _rank;
    private readonly ExpertTimes? _experts;
    private readonly ProductTimes _router;
    private readonly ProductTimes _shared;

    public FeedForwardTimes(TimingProfile profile, ModelRank rank, WeightFormats formats, TimingOptions options, OperatorTimes full)
    {
        _full = full;
        _rank = rank;
        _router = ProductTimes.Of(profile, NumberFormat.Bits16);
        bool experts = rank.Groups.Any(group => group.FeedForward is FeedForwardKind.Experts or FeedForwardKind.DenseAndExperts);
        _experts = experts ? new ExpertTimes(profile, rank, formats.Experts, options) : null;
        _shared = experts && rank.Model.Experts!.SharedFfn > 0 ? ProductTimes.Of(profile, formats.Shared) : _router;
    }

    /// <summary>Null without experts.</summary>
    public TimingSource? Source => _experts?.Source;

    public double Us(FeedForwardKind kind, int tokens)
    {
        double us = _full.Norm(tokens);
        if (kind is FeedForwardKind.Dense or FeedForwardKind.DenseAndExperts)
            us += _full.DenseProducts(tokens) + _full.Activation(tokens);
        return kind is FeedForwardKind.Experts or FeedForwardKind.DenseAndExperts ? us + Experts(tokens) : us;
    }

    /// <summary>The least that a token adds.</summary>
    public double PerToken(FeedForwardKind kind)
    {
        double us = kind is FeedForwardKind.Dense or FeedForwardKind.DenseAndExperts ? _full.DenseProductsPerToken : 0;
        return kind is FeedForwardKind.Experts or FeedForwardKind.DenseAndExperts ? us + _experts!.PerToken : us;
    }

    private double Experts(int tokens)
    {
        ExpertLayer experts = _rank.Model.Experts!;
        double hidden = _rank.Model.Hidden;
        double us = _full.Product(_router, tokens, experts.Count, hidden) + _experts!.Us(tokens);
        if (experts.Latent is int latent)
            us += _full.Product(_shared, tokens, latent, hidden) + _full.Product(_shared, tokens, hidden, latent);
        if (experts.SharedFfn == 0)
            return us;
        double width = experts.SharedFfn / _rank.TensorParallel;
        double up = _rank.Model.Gated ? 2 * width : width;
        return us + _full.Product(_shared, tokens, up, hidden) + _full.Activation(tokens, width)
            + _full.Product(_shared, tokens, hidden, width);
    }
}
