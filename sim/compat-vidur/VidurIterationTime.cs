using ELLM.Sim.Compat.Vidur.Tables;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Compat.Vidur;

/// <summary>How long a batch takes in a stage.</summary>
/// <remarks>
/// <para>With T the tokens of the batch and T8 = T rounded up to a multiple of 8, milliseconds of a layer, in this order of
/// addition:</para>
/// <para><c>attention = pre(T8) + post(T8) + rope(T8) + kv_save(T) + decode + prefill + comm + norm1(T8)</c>,
/// <c>mlp = up(T8) + down(T8) + act(T8) + comm + norm2(T8)</c>, <c>layer = attention + mlp + add(T8)</c>,
/// <c>seconds = (layer layers_of_stage + send(T8)) 0.001</c>, send on all stages but the last.</para>
/// <para><c>decode = table(m, kv)</c> for m requests past their prefill, kv the floor of their mean length rounded up to 64.
/// <c>prefill = table(kv, c^2)</c> for the others, kv the sum of their lengths each rounded up to 64, c = round(sqrt(sum of squared
/// chunks)), half to even. Both times 1.1 with more than one request when heads share KV. <c>comm</c>, with tensor parallelism only,
/// is <c>all_reduce(T8) + 0.02 + 0 TP^1.25</c>. Embedding, LM head and sampling are not counted.</para>
/// </remarks>
public sealed class VidurIterationTime(VidurConfig config, IOperatorTable table)
{
    private readonly VidurTiming _knobs = config.Timing;
    private readonly int _layers = config.Model.Layers / config.PipelineStages;
    private readonly double _skewMs = config.Timing.NcclSkewMs * DeterministicMath.Pow(config.TensorParallel, 1.25);

    /// <summary>Duration in seconds of <paramref name="batch"/>, its requests as they are before it.</summary>
    /// <param name="stage">From 0.</param>
    public double Seconds(VidurBatch batch, int stage)
    {
        int tokens = batch.TotalTokens;
        int rounded = RoundUp(tokens, _knobs.TokenGranularity);
        double communication = config.TensorParallel == 1
            ? 0
            : table.Milliseconds(VidurOperator.AllReduce, rounded) + _knobs.NcclLaunchMs + _skewMs;
        double attention = table.Milliseconds(VidurOperator.AttentionPreProjection, rounded)
            + table.Milliseconds(VidurOperator.AttentionPostProjection, rounded)
            + table.Milliseconds(VidurOperator.Rope, rounded)
            + table.Milliseconds(VidurOperator.KvCacheSave, tokens)
            + DecodeAttention(batch)
            + PrefillAttention(batch)
            + communication
            + table.Milliseconds(VidurOperator.InputNorm, rounded);
        double mlp = table.Milliseconds(VidurOperator.MlpUp, rounded)
            + table.Milliseconds(VidurOperator.MlpDown, rounded)
            + table.Milliseconds(VidurOperator.MlpActivation, rounded)
            + communication
            + (config.Model.PostAttentionNorm ? table.Milliseconds(VidurOperator.PostAttentionNorm, rounded) : 0);
        double layer = attention + mlp + table.Milliseconds(VidurOperator.Add, rounded);
        double send = stage == config.PipelineStages - 1 ? 0 : table.Milliseconds(VidurOperator.SendReceive, rounded);
        double gpu = (layer * _layers + send) * 1e-3;
        return _knobs.CpuOverhead ? gpu + HostMs(batch.Requests.Count) * 1e-3 : gpu;
    }

    private double DecodeAttention(VidurBatch batch)
    {
        int count = 0;
        long sum = 0;
        foreach (VidurRequest request in batch.Requests)
        {
            if (!request.PrefillComplete)
                continue;
            count++;
            sum += request.Done;
        }
        if (count == 0)
            return 0;
        double ms = config.Quirks.MeanKvLength
            ? table.DecodeAttention(count, RoundUp((int)(sum / count), _knobs.KvGranularity))
            : EachAtItsLength(batch, count);
        return ms * (1 + (config.Model.SharesKvHeads && count > 1 ? _knobs.DecodeBatchingOverhead : 0));
    }

    private double EachAtItsLength(VidurBatch batch, int count)
    {
        double sum = 0;
        foreach (VidurRequest request in batch.Requests)
        {
            if (request.PrefillComplete)
                sum += table.DecodeAttention(count, RoundUp(request.Done, _knobs.KvGranularity));
        }
        return sum / count;
    }

    private double PrefillAttention(VidurBatch batch)
    {
        int count = 0;
        int kv = 0;
        double squares = 0;
        for (int i = 0; i < batch.Requests.Count; i++)
        {
            VidurRequest request = batch.Requests[i];
            if (request.PrefillComplete)
                continue;
            count++;
            kv += RoundUp(request.Done, _knobs.KvGranularity);
            squares += (double)batch.Tokens[i] * batch.Tokens[i];
        }
        if (count == 0)
            return 0;
        long chunk = (long)Math.Round(Math.Sqrt(squares), MidpointRounding.ToEven);
        double ms = table.PrefillAttention(kv, chunk * chunk);
        return ms * (1 + (config.Model.SharesKvHeads && count > 1 ? _knobs.PrefillBatchingOverhead : 0));
    }

    private double HostMs(int requests) =>
        table.Milliseconds(VidurOperator.Schedule, requests)
        + table.Milliseconds(VidurOperator.Sampler, requests)
        + table.Milliseconds(VidurOperator.PrepareInputs, requests)
        + table.Milliseconds(VidurOperator.ProcessOutputs, requests)
        + table.Milliseconds(VidurOperator.RayCommunication, requests);

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
