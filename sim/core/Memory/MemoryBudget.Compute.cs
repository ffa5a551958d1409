using System.Globalization;
using ELLM.Sim.Hardware;
using ELLM.Sim.Memory.Engines;
using ELLM.Sim.Models;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Memory;

/// <content>The computation and its defaults.</content>
public sealed partial record MemoryBudget
{
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
        ModelRank rank = model.ForRank(settings.TensorParallel, stage, settings.ExpertParallel);
        EngineRelease release = settings.Release;
        MemoryOverrides given = settings.Overrides;
        List<MemoryBudgetLine> lines = [];
        long Line(string name, long? stated, long computed, string how)
        {
            long value = stated ?? computed;
            lines.Add(new MemoryBudgetLine(name, value, stated is null ? $"computed: {how}" : "override"));
            return value;
        }

        long visible = Line("visible_bytes", null, gpu.VisibleBytes, $"{gpu.Name}, as its driver reports");
        double utilisation = settings.Utilisation ?? release.Utilisation;
        string share = utilisation.ToString(CultureInfo.InvariantCulture);
        long nonTorch = given.ContextBytes ?? release.NonTorchBytes(gpu, settings.TensorParallel, stage.Count < model.Layers);
        long utilised = release.StaticShare
            ? Line("utilised_bytes", null, (long)Math.Floor(utilisation * (visible - nonTorch)) + nonTorch, $"{share} of what is free before loading")
            : Line("utilised_bytes", null, (long)Math.Floor(utilisation * visible), $"utilisation {share} x visible");
        long weights = Line("weights_bytes", given.WeightsBytes, rank.WeightBytes,
            $"{WeightsOf(rank)}, one of {settings.TensorParallel}");
        long context = Line("context_bytes", given.ContextBytes, nonTorch, Together(settings, stage, model)
            ? $"driver, libraries and collectives, release {release.From} and later"
            : $"driver and libraries, release {release.From} and later");
        long ofLayer = rank.ActivationBytesPerToken(settings.ActivationElementBytes);
        long perToken = Line("activation_bytes_per_token", given.ActivationBytesPerToken, ofLayer,
            $"peak of one layer from the shape, {Kib(ofLayer)} KiB; eLLM's figures imply 123 to 129 for Llama-3-8B and MPT-30B");
        long activation = Activations(model, settings, perToken, Line);
        GraphMemory ofRelease = release.Graphs;
        long graphs = Line("graph_bytes", given.GraphBytes, settings.CudaGraphs ? ofRelease.Bytes(stage.Count) : 0, settings.CudaGraphs
            ? FormattableString.Invariant($"{ofRelease.FixedGib} GiB + {ofRelease.MibPerLayer} MiB x {stage.Count} layers")
            : "no CUDA graphs");
        long outside = release.StaticShare ? visible - utilised - activation : visible - utilised;
        long graphsInside = ofRelease.InsideUtilisation ? graphs : Math.Max(0, graphs - Math.Max(0, outside));
        Line("graph_bytes_from_pool", null, graphsInside,
            ofRelease.InsideUtilisation ? "charged to the engine's share" : "what does not fit outside utilisation");
        long activationInside = release.StaticShare ? Math.Max(0, activation - (visible - utilised)) : activation;
        long left = utilised - weights - context - activationInside - graphsInside;
        long kvPerToken = Line("kv_bytes_per_token", null, rank.KvBytesPerToken(settings.KvElementBytes),
            model.IsDense
                ? $"2 x {stage.Count} layers x {rank.KvHeads} KV heads x {model.HeadDim} x {settings.KvElementBytes} bytes"
                : $"{LayerWords.Of(model)}, {settings.KvElementBytes} bytes an element, windows as if they kept every token");
        long block = kvPerToken * settings.BlockTokens;
        long? statedBlocks = (given.KvBlocks * settings.StatedBlockTokens ?? given.KvTokens) / settings.BlockTokens;
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
            Activation = DemandOf(model, settings, perToken) with { ReserveBytes = activation },
            KvBytesPerToken = kvPerToken,
            BlockTokens = settings.BlockTokens,
            KvBlocks = blocks,
            KvTokens = tokens,
            ShortfallBytes = Math.Max(0, -left),
            Lines = lines,
        };
    }

    private static string WeightsOf(ModelRank rank)
    {
        ModelSpec model = rank.Model;
        string tower = rank.TowerBytes > 0 ? $", tower {rank.TowerBytes} bytes" : "";
        return model.Formats is { } formats
            ? $"{rank.WeightElements} parameters, {LayerWords.Of(formats)}{tower}"
            : $"{rank.WeightElements} parameters x {model.WeightElementBytes} bytes{(model.WeightElementBytes == 1 ? ", embeddings and LM head 2" : "")}{tower}";
    }

    private static bool Together(MemoryBudgetSettings settings, StageLayers stage, ModelSpec model) =>
        settings.TensorParallel > 1 || stage.Count < model.Layers;

    private static long Activations(
        ModelSpec model, MemoryBudgetSettings settings, long perToken, Func<string, long?, long, string, long> line)
    {
        ActivationDemand demand = DemandOf(model, settings, perToken);
        long layers = perToken * settings.MaxBatchedTokens;
        long peak = demand.LiveBytes(settings.MaxBatchedTokens, settings.MaxSequences);
        SamplerMemory sampler = settings.Release.Sampler;
        string how = peak <= layers
            ? $"layers: {perToken} bytes x {settings.MaxBatchedTokens} tokens"
            : FormattableString.Invariant(
                $"sampler: {demand.SamplerBytesPerSequence / model.Vocab} bytes x {settings.MaxSequences} sequences x {model.Vocab} vocabulary entries, ")
                + FormattableString.Invariant($"hidden state of {settings.MaxBatchedTokens} tokens, {sampler.FixedGib} GiB");
        return line("activation_bytes", settings.Overrides.ActivationBytes, peak, how);
    }

    /// <summary>Activation bytes of any step, by the rules of the profiling run.</summary>
    /// <param name="perToken">Bytes of one token at the peak of a layer.</param>
    private static ActivationDemand DemandOf(ModelSpec model, MemoryBudgetSettings settings, long perToken)
    {
        bool samples = settings.Stage is not { IsLast: false };
        SamplerMemory sampler = settings.Release.Sampler;
        return new ActivationDemand(
            perToken,
            samples ? sampler.BytesPerSequence(model.Vocab, settings.ActivationElementBytes) : 0,
            samples ? (long)settings.ActivationElementBytes * model.Hidden : 0,
            samples ? sampler.FixedBytes : 0);
    }

    private static InputException DoesNotFit(
        ModelSpec model, GpuSpec gpu, MemoryBudgetSettings settings, MemoryBudget budget, long missing)
    {
        string share = (settings.Utilisation ?? settings.Release.Utilisation).ToString(CultureInfo.InvariantCulture);
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
        if (settings.Utilisation is double share && !(share is > 0 and <= 1))
        {
            string found = share.ToString(CultureInfo.InvariantCulture);
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
