namespace ELLM.Sim.Compat.Vidur;

/// <summary>How many slots and blocks Vidur gives a replica.</summary>
/// <remarks>
/// <para>Per GPU: <c>usable = GiB 2^30 (1 - margin)</c>; <c>weights = 2 layers_of_stage (h d (q + 2 kv) + h d q + {3, 2} h ffn / TP)</c>;
/// a slot takes <c>4 d kv max_tokens layers</c> bytes, of all layers whatever the stages.</para>
/// <para><c>slots = floor((usable - weights) / slot)</c>, <c>blocks = floor(max_tokens / block) slots stages</c>: embeddings, LM head,
/// norms, activations and context are not counted.</para>
/// </remarks>
/// <param name="Slots">Requests of full length on a GPU; 0 or less when not even one fits.</param>
/// <param name="Blocks">Blocks of the replica's pool, given or planned.</param>
/// <param name="WatermarkBlocks">Blocks a new request must leave free.</param>
public sealed record VidurMemoryPlan(long Slots, int Blocks, int WatermarkBlocks)
{
    /// <exception cref="InputException">Slots are needed (to plan blocks, or by Orca and FasterTransformer), and not even one
    /// request of full length fits.</exception>
    public static VidurMemoryPlan Of(VidurConfig config)
    {
        VidurModel model = config.Model;
        double usable = config.DeviceMemoryGib * (double)(1L << 30) * (1 - config.MemoryMargin);
        double weights = 2.0 * model.LayerParameters(config.TensorParallel) * (model.Layers / config.PipelineStages);
        long tokenBytes = 4L * model.HeadDim * model.KvHeadsOnGpu(config.TensorParallel) * model.Layers;
        long slots = (long)Math.Floor((usable - weights) / (tokenBytes * config.MaxTokens));
        int blocks = config.Blocks ?? 0;
        bool slotsMatter = blocks == 0 || config.Scheduler is VidurScheduler.Orca or VidurScheduler.FasterTransformer;
        if (slots <= 0 && slotsMatter)
        {
            throw new InputException(
                $"vidur: {model.Name} leaves no room for a request of {config.MaxTokens} tokens on {config.DeviceMemoryGib} GiB with "
                    + $"tensor parallel {config.TensorParallel} and {config.PipelineStages} stages");
        }
        if (blocks == 0)
        {
            long planned = config.Quirks.PoolOfWholeSlots
                ? config.MaxTokens / config.BlockTokens * slots * config.PipelineStages
                : (long)Math.Floor((usable - weights) / (tokenBytes * config.BlockTokens)) * config.PipelineStages;
            blocks = (int)Math.Min(planned, int.MaxValue);
        }
        return new VidurMemoryPlan(slots, blocks, (int)(config.Watermark * blocks));
    }
}
