using ELLM.Sim.Models;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Compat.Vidur.Tables;

/// <summary>Times from the project's own operator formulas, for models and devices without tables.</summary>
/// <remarks>
/// Answers every key. The host terms have no formula and are errors; pipeline stages send one hidden vector a token, inside a node.
/// Element-wise bytes a
/// token as in <see cref="OperatorTimes"/>; the residual addition is part of the norms there and costs nothing here.
/// </remarks>
public sealed class AnalyticTable : IOperatorTable
{
    private readonly OperatorTimes _operators;
    private readonly TimingProfile _profile;
    private readonly ModelRank _rank;
    private readonly double _heads;
    private readonly double _kv;

    /// <exception cref="InputException">The model does not divide, or the profile has no all-reduce for that degree.</exception>
    public AnalyticTable(TimingProfile profile, ModelSpec model, int tensorParallel)
    {
        _profile = profile;
        _rank = model.ForRank(tensorParallel);
        _operators = new OperatorTimes(profile, _rank);
        _heads = (_rank.QHeads + _rank.KvHeads) * (double)model.HeadDim;
        _kv = _rank.KvHeads * (double)model.HeadDim;
    }

    public double Milliseconds(VidurOperator op, int count)
    {
        double hidden = _rank.Model.Hidden;
        double us = op switch
        {
            VidurOperator.AttentionPreProjection => _operators.Gemm(count, _rank.QkvWidth, hidden),
            VidurOperator.AttentionPostProjection => _operators.Gemm(count, hidden, (double)_rank.QHeads * _rank.Model.HeadDim),
            VidurOperator.MlpUp => _operators.Gemm(count, _rank.UpWidth, hidden),
            VidurOperator.MlpDown => _operators.Gemm(count, hidden, _rank.Ffn),
            VidurOperator.InputNorm or VidurOperator.PostAttentionNorm => Elementwise(8 * hidden * count),
            VidurOperator.Rope => Elementwise(4 * _heads * count),
            VidurOperator.MlpActivation => Elementwise((_rank.Model.Gated ? 6.0 : 4.0) * _rank.Ffn * count),
            VidurOperator.KvCacheSave => Elementwise(8 * _kv * count),
            VidurOperator.Add => 0,
            VidurOperator.AllReduce => _profile.AllReduceOf(_rank.TensorParallel).Us(2 * hidden * count),
            VidurOperator.SendReceive => _profile.SendReceiveOf(SendReceiveTable.IntraNode).Us(2 * hidden * count),
            _ => throw new InputException(
                $"timing profile {_profile.Name} has no times for {VidurOperators.NameOf(op)}; give operator tables"),
        };
        return us * 1e-3;
    }

    public double DecodeAttention(int batch, int kvTokens) =>
        (_operators.DecodeFixed(batch) + _operators.DecodePerContextToken * batch * kvTokens
            + _operators.DecodePerLongestToken(batch) * kvTokens) * 1e-3;

    public double PrefillAttention(int kvTokens, long chunkSquared) =>
        _operators.Prefill([new PrefillChunk((int)Math.Round(Math.Sqrt(chunkSquared)), kvTokens, Samples: true)]) * 1e-3;

    private double Elementwise(double bytes) =>
        Math.Max(_profile.Elementwise.LaunchUs, bytes / (_profile.HbmTbPerS * 1e6 * _profile.Elementwise.MemoryEfficiency));
}
