namespace ELLM.Sim.Compat.Vidur;

/// <summary>Vidur's replica schedulers.</summary>
public enum VidurScheduler
{
    Vllm,
    Sarathi,
    Orca,
    LightLlm,
    FasterTransformer,
}

/// <summary>Vidur's global schedulers.</summary>
public enum VidurRouting
{
    RoundRobin,

    /// <summary>Least outstanding requests; see <see cref="VidurQuirks.RouteByWaitingOnly"/>.</summary>
    LeastOutstanding,

    /// <summary>Uniform, from a stream of ours: Vidur's own draws come from Python's generator and are not reproduced.</summary>
    Random,
}

/// <summary>Every knob of the compatibility mode, with Vidur's defaults.</summary>
/// <remarks>Source of rules and defaults: microsoft/vidur 7d47513. Times of operators are milliseconds, all others seconds.</remarks>
public sealed record VidurConfig
{
    public required VidurModel Model { get; init; }

    /// <summary>Memory: GiB of the card (A100 and H100 80, A40 45).</summary>
    public int DeviceMemoryGib { get; init; } = 80;

    /// <summary>Utilisation only: the card's 16-bit peak in 10^12 operations a second (A100 312, H100 1000, A40 150).</summary>
    public double DeviceTflops { get; init; } = 312;

    /// <summary>Memory: share of the card left unused for all that is not counted (activations, context, embeddings).</summary>
    public double MemoryMargin { get; init; } = 0.1;

    /// <summary>Memory and workload: longest prompt plus output; the length of a slot.</summary>
    public int MaxTokens { get; init; } = 4096;

    /// <summary>Memory: tokens in a block.</summary>
    public int BlockTokens { get; init; } = 16;

    /// <summary>Memory: blocks of a replica; null (or 0) plans them from the card.</summary>
    public int? Blocks { get; init; }

    /// <summary>Memory: share of the blocks that admitting a new request must leave free (vLLM, Sarathi).</summary>
    public double Watermark { get; init; } = 0.01;

    public int TensorParallel { get; init; } = 1;

    /// <summary>Pipeline stages, and batches in flight.</summary>
    public int PipelineStages { get; init; } = 1;

    public int Replicas { get; init; } = 1;

    public VidurRouting Routing { get; init; } = VidurRouting.RoundRobin;

    /// <summary>Of <see cref="VidurRouting.Random"/>.</summary>
    public ulong Seed { get; init; } = 42;

    public VidurScheduler Scheduler { get; init; } = VidurScheduler.Sarathi;

    /// <summary>Most admitted requests of a replica; a micro-batch holds this divided by the stages.</summary>
    public int BatchCap { get; init; } = 128;

    /// <summary>vLLM: padded prompt tokens of a prefill batch. LightLLM: their sum.</summary>
    public int MaxTokensInBatch { get; init; } = 4096;

    /// <summary>Sarathi: tokens of a batch before prompts wait.</summary>
    public int ChunkTokens { get; init; } = 512;

    /// <summary>LightLLM: decode iterations between two attempts at a prefill batch.</summary>
    public int MaxWaitingIterations { get; init; } = 10;

    /// <summary>Stop after the first event beyond this time in seconds; 0 never.</summary>
    public double TimeLimitS { get; init; }

    public VidurTiming Timing { get; init; } = new();

    public VidurQuirks Quirks { get; init; } = new();

    /// <exception cref="InputException">A value Vidur itself would refuse.</exception>
    public void Check()
    {
        (string Name, int Value)[] positive =
        [
            ("max_tokens", MaxTokens), ("block_size", BlockTokens), ("tensor_parallel_size", TensorParallel),
            ("num_pipeline_stages", PipelineStages), ("num_replicas", Replicas), ("batch_size_cap", BatchCap),
            ("max_tokens_in_batch", MaxTokensInBatch), ("chunk_size", ChunkTokens),
            ("prediction granularity", Timing.KvGranularity), ("token granularity", Timing.TokenGranularity),
        ];
        foreach ((string name, int value) in positive)
        {
            if (value <= 0)
                throw new InputException($"vidur: {name}: expected a positive number, found {value}");
        }
        if (!(MemoryMargin >= 0 && MemoryMargin < 1) || !(Watermark >= 0 && Watermark < 1))
            throw new InputException(
                FormattableString.Invariant(
                    $"vidur: margin and watermark: expected shares from 0 to below 1, found {MemoryMargin} and {Watermark}"));
        if (Model.Layers % PipelineStages != 0)
            throw new InputException($"vidur: {Model.Name} has {Model.Layers} layers, which do not divide over {PipelineStages} stages");
        if (Model.QHeads % TensorParallel != 0 || Model.Hidden % TensorParallel != 0)
            throw new InputException(
                $"vidur: {Model.Name} has {Model.QHeads} query heads, which do not divide over tensor parallel {TensorParallel}");
        if (BatchCap / PipelineStages == 0)
            throw new InputException($"vidur: batch_size_cap {BatchCap} leaves no request for each of {PipelineStages} stages");
        if (Scheduler == VidurScheduler.LightLlm && (BlockTokens != 1 || PipelineStages != 1))
            throw new InputException($"vidur: lightllm needs block_size 1 and one stage, found {BlockTokens} and {PipelineStages}");
    }
}
