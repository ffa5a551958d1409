using ELLM.Sim.Time;

namespace ELLM.Sim.Timing;

/// <summary>Iteration times of a model whose layers are split over pipeline stages: the sum over stages, and each stage's own
/// part.</summary>
/// <remarks>
/// Every stage but the last hands its output on, and is occupied while it does: the transfer is a kernel on the stream that computes.
/// The output is two 16-bit tensors of tokens x hidden, the hidden states and the residual that the next norm adds
/// (vLLM's intermediate tensors); each tensor-parallel rank sends over its own link, its slices and the gather that follows taken
/// as one whole tensor. A decode step's transfer does not depend on its context, so iterations stay affine.
/// </remarks>
public sealed class PipelineTimeModel : ITimeModel, ILeastCosts
{
    private readonly ITimeModel[] _stages;
    private readonly SendReceiveTable? _send;
    private readonly double _bytesPerToken;

    /// <param name="stages">One model a stage, first to last.</param>
    /// <param name="send">Times of handing on; null: no time at all.</param>
    /// <param name="hidden">Width of the residual stream.</param>
    public PipelineTimeModel(IReadOnlyList<ITimeModel> stages, SendReceiveTable? send, int hidden)
    {
        _stages = [.. stages];
        _send = send;
        _bytesPerToken = 2.0 * 2.0 * hidden;
        MaxSequences = stages.Min(stage => stage.MaxSequences);
    }

    public int Stages => _stages.Length;

    public int MaxSequences { get; }

    public DecodeCost Decode(in DecodeBatch batch)
    {
        DecodeCost sum = DecodeOf(0, batch);
        for (int i = 1; i < _stages.Length; i++)
        {
            DecodeCost one = DecodeOf(i, batch);
            sum = new DecodeCost(
                sum.FixedPs + one.FixedPs,
                sum.PerContextTokenPs + one.PerContextTokenPs,
                sum.PerLongestTokenPs + one.PerLongestTokenPs,
                Math.Min(sum.ValidSteps, one.ValidSteps));
        }
        return sum;
    }

    public long Mixed(ReadOnlySpan<PrefillChunk> chunks, in DecodeBatch decode)
    {
        long sum = 0;
        for (int i = 0; i < _stages.Length; i++)
            sum += MixedOf(i, chunks, decode);
        return sum;
    }

    /// <summary>How long decode-only iterations occupy one stage.</summary>
    public DecodeCost DecodeOf(int stage, in DecodeBatch batch)
    {
        DecodeCost cost = _stages[stage].Decode(batch);
        return stage == _stages.Length - 1 ? cost : cost with { FixedPs = cost.FixedPs + SendPs(batch.Sequences) };
    }

    /// <summary>How long an iteration with prefill chunks occupies one stage.</summary>
    public long MixedOf(int stage, ReadOnlySpan<PrefillChunk> chunks, in DecodeBatch decode)
    {
        long ps = _stages[stage].Mixed(chunks, decode);
        if (stage == _stages.Length - 1)
            return ps;
        int tokens = decode.Sequences;
        foreach (PrefillChunk chunk in chunks)
            tokens += chunk.Tokens;
        return ps + SendPs(tokens);
    }

    /// <inheritdoc/>
    /// <remarks>Of all stages together; what an iteration hands on is left out.</remarks>
    public IReadOnlyList<LeastCost> LeastCosts(int mostSequences)
    {
        if (_stages[0] is ShareTimeModel share)
            return (share.Whole as ILeastCosts)?.LeastCosts(mostSequences) ?? [];
        IReadOnlyList<LeastCost>[] stages = [.. _stages.Select(stage => (stage as ILeastCosts)?.LeastCosts(mostSequences) ?? [])];
        LeastCost[] sum = [.. stages[0]];
        foreach (IReadOnlyList<LeastCost> one in stages.Skip(1))
            sum = [.. sum.Zip(one, (a, b) => a + b)];
        return sum;
    }

    /// <summary>Handing the output of that many tokens to the next stage.</summary>
    public long SendPs(int tokens) => _send is null ? 0 : SimTime.FromMicroseconds(_send.Us(_bytesPerToken * tokens)).Picoseconds;
}
