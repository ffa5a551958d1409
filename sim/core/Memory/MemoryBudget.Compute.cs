using System.Globalization;
using ELLM.Sim.Hardware;
using ELLM.Sim.Models;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Memory;

/// <content>The computation and its defaults.</content>
public sealed partial record MemoryBudget
{
    /// <summary>Driver and library memory inside the engine's share: 0.20 GiB.</summary>
    /// <remarks>
    /// Engines measure what appears after their baseline, which already holds the bare CUDA context: logs print 0.16 GiB on an H100
    /// (vllm-project/vllm pull request 12126) and 0.20 GiB on 24 GB cards (pull request 14447).
    /// </remarks>
    public const long DefaultContextBytes = 205L << 20;

    /// <summary>Collective library buffers when more than one GPU shares a layer: 0.13 GiB.</summary>
    /// <remarks>
    /// A log with two GPUs prints 0.33 GiB in all (vllm-project/vllm issue 14452). Wider NVLink groups take more: override it.
    /// </remarks>
    public const long DefaultCollectiveBytes = 133L << 20;

    /// <summary>CUDA graph reserve of one layer: 16 MiB.</summary>
    /// <remarks>
    /// Logs spread widely: 5 MiB a layer for a small model with few captured sizes to 41 MiB for a 60-layer model on vLLM 0.5
    /// (vllm-project/vllm issue 7553); about half a GiB for a 32-layer 8B model lies between.
    /// </remarks>
    public const long DefaultGraphBytesPerLayer = 16L << 20;

    /// <summary>Peak bytes of the profiled sampler for each sequence and vocabulary entry: about ten 32-bit copies.</summary>
    /// <remarks>
    /// From one log: Llama-3-8B, 256 sequences, vocabulary 128,256, peak 1.26 GiB, the same with one GPU and with two, so it is not
    /// the layers, whose share halves (vllm-project/vllm pull request 10511). 1.26 GiB / (256 x 128,256) = 41.
    /// </remarks>
    public const long SamplerBytesPerLogit = 41;

    private static readonly int[] TensorParallelDegrees = [1, 2, 4, 8];

    /// <summary>Divides the memory of one GPU of the group.</summary>
    /// <exception cref="InputException">The weights do not fit, or a setting or override is impossible.</exception>
    public static MemoryBudget Compute(ModelSpec model, GpuSpec gpu, MemoryBudgetSettings settings)
    {
        CheckSettings(settings);
        MemoryBudget budget = Plan(model, gpu, settings);
        long needed = budget.WeightsBytes + budget.ContextBytes;
        if (needed > budget.UtilisedBytes)
            throw DoesNotFit(model, gpu, settings, budget, needed - budget.UtilisedBytes);
        long all = budget.WeightsBytes + budget.ContextBytes + budget.GraphBytes + budget.ActivationBytes + budget.KvBytes;
        if (budget.KvBlocks > 0 && all > budget.VisibleBytes)
        {
            throw new InputException(
                $"a KV pool of {budget.KvTokens} tokens ({ShortText.Gib(budget.KvBytes)}) is "
                    + $"{ShortText.Gib(all - budget.VisibleBytes)} more than "
                + $"{gpu.Name} has left");
        }
        return budget;
    }

    private static MemoryBudget Plan(ModelSpec model, GpuSpec gpu, MemoryBudgetSettings settings)
    {
        StageLayers stage = settings.Stage ?? StageLayers.Whole(model.Layers);
        ModelRank rank = model.ForRank(settings.TensorParallel, stage);
        MemoryOverrides given = settings.Overrides;
        List<MemoryBudgetLine> lines = [];
        long Line(string name, long? stated, long computed, string how)
        {
            long value = stated ?? computed;
            lines.Add(new MemoryBudgetLine(name, value, stated is null ? $"computed: {how}" : "override"));
            return value;
        }

        long visible = Line("visible_bytes", null, gpu.VisibleBytes, $"{gpu.Name}, as its driver reports");
        string share = settings.Utilisation.ToString(CultureInfo.InvariantCulture);
        long utilised = Line("utilised_bytes", null, (long)Math.Floor(settings.Utilisation * visible), $"utilisation {share} x visible");
        long weights = Line("weights_bytes", given.WeightsBytes, rank.WeightBytes,
            $"{rank.WeightElements} parameters x {model.WeightElementBytes} bytes, one of {settings.TensorParallel}");
        long collectives = settings.TensorParallel > 1 || stage.Count < model.Layers ? DefaultCollectiveBytes : 0;
        long context = Line("context_bytes", given.ContextBytes, DefaultContextBytes + collectives,
            collectives > 0 ? "driver and libraries, collective buffers" : "driver and libraries");
        long perToken = Line("activation_bytes_per_token", given.ActivationBytesPerToken, rank.ActivationBytesPerToken,
            $"peak of one layer from the shape, {Kib(rank.ActivationBytesPerToken)} KiB; eLLM's figures imply 123 to 129 for Llama-3-8B "
                + $"and MPT-30B");
        long activation = Activations(model, settings, perToken, Line);
        long ofShape = settings.CudaGraphs ? DefaultGraphBytesPerLayer * stage.Count : 0;
        long graphs = Line("graph_bytes", given.GraphBytes, ofShape,
            settings.CudaGraphs ? $"{DefaultGraphBytesPerLayer >> 20} MiB x {stage.Count} layers" : "no CUDA graphs");
        long graphsInside = settings.GraphsInsideUtilisation ? graphs : Math.Max(0, graphs - (visible - utilised));
        Line("graph_bytes_from_pool", null, graphsInside,
            settings.GraphsInsideUtilisation ? "charged to the engine's share" : "what does not fit outside utilisation");
        long left = utilised - weights - context - activation - graphsInside;
        long kvPerToken = Line("kv_bytes_per_token", null, rank.KvBytesPerToken(settings.KvElementBytes),
            $"2 x {stage.Count} layers x {rank.KvHeads} KV heads x {model.HeadDim} x {settings.KvElementBytes} bytes");
        long block = kvPerToken * settings.BlockTokens;
        long? statedBlocks = given.KvBlocks ?? given.KvTokens / settings.BlockTokens;
        long blocks = Line("kv_blocks", statedBlocks, Math.Max(0, left) / block,
            $"floor({Math.Max(0, left)} bytes / {block} bytes a block)");
        long tokens = Line("kv_tokens", given.KvTokens, blocks * settings.BlockTokens,
            $"{blocks} blocks x {settings.BlockTokens} tokens");
        return new MemoryBudget
        {
            VisibleBytes = visible,
            UtilisedBytes = utilised,
            WeightsBytes = weights,
            ContextBytes = context,
            GraphBytes = graphs,
            ActivationBytes = activation,
            ActivationBytesPerToken = perToken,
            KvBytesPerToken = kvPerToken,
            BlockTokens = settings.BlockTokens,
            KvBlocks = blocks,
            KvTokens = tokens,
            ShortfallBytes = Math.Max(0, -left),
            Lines = lines,
        };
    }

    private static long Activations(
        ModelSpec model, MemoryBudgetSettings settings, long perToken, Func<string, long?, long, string, long> line)
    {
        long layers = perToken * settings.MaxBatchedTokens;
        bool samples = settings.Stage is not { IsLast: false };
        long sampler = !samples ? 0 : SamplerBytesPerLogit * settings.MaxSequences * model.Vocab;
        string how = layers >= sampler
            ? $"layers: {perToken} bytes x {settings.MaxBatchedTokens} tokens"
            : $"sampler: {SamplerBytesPerLogit} bytes x {settings.MaxSequences} sequences x {model.Vocab} vocabulary entries";
        return line("activation_bytes", settings.Overrides.ActivationBytes, Math.Max(layers, sampler), how);
    }

    private static InputException DoesNotFit(
        ModelSpec model, GpuSpec gpu, MemoryBudgetSettings settings, MemoryBudget budget, long missing)
    {
        string share = settings.Utilisation.ToString(CultureInfo.InvariantCulture);
        string what = $"{model.Name} does not fit {gpu.Name}: weights of {ShortText.Gib(budget.WeightsBytes)} and "
            + $"{ShortText.Gib(budget.ContextBytes)} of context are {ShortText.Gib(missing)} more than "
            + $"{ShortText.Gib(budget.UtilisedBytes)} (utilisation {share})";
        if (settings.Overrides.WeightsBytes is not null)
            return new InputException(what);
        foreach (int degree in TensorParallelDegrees)
        {
            if (degree <= settings.TensorParallel || !model.CanShard(degree))
                continue;
            MemoryBudget wider = Plan(model, gpu, settings with { TensorParallel = degree });
            if (wider.ShortfallBytes == 0 && wider.KvBlocks > 0)
                return new InputException($"{what}; the smallest tensor parallel degree that fits is {degree}");
        }
        return new InputException($"{what}; no tensor parallel degree up to {TensorParallelDegrees[^1]} fits");
    }

    private static void CheckSettings(MemoryBudgetSettings settings)
    {
        if (!(settings.Utilisation is > 0 and <= 1))
        {
            string found = settings.Utilisation.ToString(CultureInfo.InvariantCulture);
            throw new InputException($"utilisation: expected more than 0 and at most 1, found {found}");
        }
        Positive("max_batched_tokens", settings.MaxBatchedTokens);
        Positive("max_sequences", settings.MaxSequences);
        Positive("block_tokens", settings.BlockTokens);
        Positive("kv_element_bytes", settings.KvElementBytes);
        MemoryOverrides given = settings.Overrides;
        NotNegative("weights_bytes", given.WeightsBytes);
        NotNegative("context_bytes", given.ContextBytes);
        NotNegative("graph_bytes", given.GraphBytes);
        NotNegative("activation_bytes", given.ActivationBytes);
        NotNegative("activation_bytes_per_token", given.ActivationBytesPerToken);
        NotNegative("kv_blocks", given.KvBlocks);
        NotNegative("kv_tokens", given.KvTokens);
        if (given.KvBlocks is not null && given.KvTokens is not null)
            throw new InputException("kv_blocks and kv_tokens both state the size of the KV pool: give one");
    }

    private static void Positive(string key, long value)
    {
        if (value <= 0)
            throw new InputException($"{key}: expected a positive number, found {value}");
    }

    private static void NotNegative(string key, long? value)
    {
        // 2^50 bytes or tokens is beyond any device and keeps every sum within 64 bits.
        if (value is < 0 or > 1L << 50)
            throw new InputException($"{key}: expected 0 to 2^50, found {value}");
    }

    private static string Kib(long bytes) => (bytes / 1024.0).ToString("0.#", CultureInfo.InvariantCulture);
}
