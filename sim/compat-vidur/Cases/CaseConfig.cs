using ELLM.Sim.Compat.Vidur.Schedulers;

namespace ELLM.Sim.Compat.Vidur.Cases;

/// <summary>Makes a <see cref="VidurConfig"/> of settings under Vidur's names and the short ones of hand-written cases.</summary>
internal static class CaseConfig
{
    private static readonly string[] SchedulerNames =
        ["replica_scheduler_config_type", "replica_scheduler_config_name", "replica_scheduler_type", "replica_scheduler", "scheduler_type",
            "scheduler_name", "scheduler", "policy"];

    private static readonly string[] RoutingNames =
        ["global_scheduler_config_type", "global_scheduler_config_name", "global_scheduler_type", "global_scheduler", "routing", "router",
            "load_balancer"];

    /// <exception cref="InputException">The model or the scheduler is not said, or a value is none.</exception>
    public static VidurConfig From(CaseSettings settings)
    {
        string schedulerName = settings.Find(SchedulerNames, ["global"])
            ?? throw new InputException(
                $"{string.Join(", ", settings.Files)}: expected a replica scheduler ({SchedulerNames[0]} or scheduler), found "
                    + $"{settings.Listing}");
        VidurScheduler scheduler = ReplicaSchedulers.Find(schedulerName)
            ?? throw settings.Wrong("scheduler", "vllm, sarathi, orca, lightllm or faster_transformer", schedulerName);
        string[] others = [.. Enum.GetValues<VidurScheduler>().Where(one => one != scheduler)
            .Select(one => $"{ReplicaSchedulers.NameOf(one)}_scheduler_config"), "prediction"];
        VidurConfig defaults = new() { Model = Model(settings) };
        int memory = settings.Whole(["total_memory_gb", "device_memory_gib", "device_memory_gb", "memory_gib", "memory_gb"])
            ?? (settings.Find(["replica_config_device", "device_name", "device", "gpu"], ["network_device"]) is { } device
                ? VidurCatalog.DeviceMemoryGib(device)
                : defaults.DeviceMemoryGib);
        int? blocks = settings.Whole(["num_blocks", "blocks", "num_gpu_blocks", "total_blocks"], others);
        return defaults with
        {
            Scheduler = scheduler,
            DeviceMemoryGib = memory,
            DeviceTflops = settings.Number(["fp16_tflops"]) ?? defaults.DeviceTflops,
            Blocks = blocks is 0 ? null : blocks,
            MemoryMargin = settings.Number(["memory_margin_fraction", "memory_margin", "margin"]) ?? defaults.MemoryMargin,
            MaxTokens = MaxTokens(settings) ?? defaults.MaxTokens,
            BlockTokens = settings.Whole(["block_size", "block_tokens"], others) ?? defaults.BlockTokens,
            Watermark = settings.Number(["watermark_blocks_fraction", "watermark_fraction", "watermark"], others) ?? defaults.Watermark,
            TensorParallel = settings.Whole(["tensor_parallel_size", "num_tensor_parallel_workers", "tensor_parallel", "tp_size", "tp"])
                ?? 1,
            PipelineStages = settings.Whole(
                ["num_pipeline_stages", "pipeline_parallel_size", "pipeline_stages", "pipeline_parallel", "pp_size", "pp"]) ?? 1,
            Replicas = settings.Whole(["num_replicas", "replicas"]) ?? 1,
            Routing = Routing(settings),
            Seed = (ulong)(settings.Whole(["seed"]) ?? 42),
            BatchCap = settings.Whole(["batch_size_cap", "batch_cap", "max_batch_size", "max_num_seqs"], others) ?? defaults.BatchCap,
            MaxTokensInBatch = settings.Whole(["max_tokens_in_batch", "max_num_batched_tokens"], others) ?? defaults.MaxTokensInBatch,
            ChunkTokens = settings.Whole(["chunk_size", "chunk_tokens", "chunk"], [.. others, "prefill"]) ?? defaults.ChunkTokens,
            MaxWaitingIterations = settings.Whole(["max_waiting_iters", "max_waiting_iterations"]) ?? defaults.MaxWaitingIterations,
            TimeLimitS = settings.Number(["time_limit"]) ?? 0,
            Timing = Timing(settings, defaults.Timing),
        };
    }

    private static VidurModel Model(CaseSettings settings)
    {
        string? name = settings.Find(["replica_config_model_name", "model_name", "model_config_name", "model"]);
        if (settings.Whole(["num_layers"]) is { } layers
            && settings.Whole(["embedding_dim", "n_embd", "hidden"]) is { } hidden
            && settings.Whole(["mlp_hidden_dim", "n_expanded_embd", "ffn"]) is { } ffn
            && settings.Whole(["num_q_heads", "n_head", "q_heads"]) is { } queries
            && settings.Whole(["num_kv_heads", "n_kv_head", "kv_heads"]) is { } kv)
        {
            return new VidurModel(
                name ?? "model", layers, hidden, ffn, queries, kv,
                settings.Flag(["use_gated_mlp", "gated"]) ?? true, settings.Flag(["post_attn_norm"]) ?? true);
        }
        return VidurCatalog.Model(
            name ?? throw new InputException(
                $"{string.Join(", ", settings.Files)}: expected a model (model_name or model), found {settings.Listing}"));
    }

    private static VidurRouting Routing(CaseSettings settings)
    {
        if (settings.Find(RoutingNames) is not { } name)
            return VidurRouting.RoundRobin;
        string plain = VidurCatalog.Plain(name);
        return plain switch
        {
            "roundrobin" or "rr" => VidurRouting.RoundRobin,
            "lor" or "leastoutstanding" or "leastoutstandingrequests" => VidurRouting.LeastOutstanding,
            "random" => VidurRouting.Random,
            _ => throw settings.Wrong("routing", "round_robin, lor or random", name),
        };
    }

    /// <summary>
    /// Of the request generator, not of the predictor. A flat command line may name it for several generators: the one in use counts.
    /// </summary>
    private static int? MaxTokens(CaseSettings settings)
    {
        string generator = settings.Find(["request_generator_config_type", "request_generator_config_name"]) ?? "";
        string length = settings.Find(["length_generator_config_type", "length_generator_config_name"]) ?? "";
        List<string> names = [];
        if (generator.Contains("trace", StringComparison.OrdinalIgnoreCase))
            names.Add("trace_request_generator_config_max_tokens");
        else if (length.Length > 0)
            names.Add($"{length.ToLowerInvariant()}_request_length_generator_config_max_tokens");
        return settings.Whole([.. names, "request_generator_config_max_tokens", "max_tokens", "max_model_len", "max_request_tokens"],
            ["prediction"]);
    }

    private static VidurTiming Timing(CaseSettings settings, VidurTiming defaults) => defaults with
    {
        KvGranularity = settings.Whole(["kv_cache_prediction_granularity"]) ?? defaults.KvGranularity,
        DecodeBatchingOverhead = settings.Number(["attention_decode_batching_overhead_fraction"]) ?? defaults.DecodeBatchingOverhead,
        PrefillBatchingOverhead = settings.Number(["attention_prefill_batching_overhead_fraction"]) ?? defaults.PrefillBatchingOverhead,
        NcclLaunchMs = settings.Number(["nccl_cpu_launch_overhead_ms"]) ?? defaults.NcclLaunchMs,
        NcclSkewMs = settings.Number(["nccl_cpu_skew_overhead_per_device_ms"]) ?? defaults.NcclSkewMs,
        CpuOverhead = !(settings.Flag(["skip_cpu_overhead_modeling"]) ?? true),
    };
}
