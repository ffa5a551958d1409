using System.Text.Json.Serialization.Metadata;
using ELLM.Sim.Numerics;
using ELLM.Sim.Policies;
using ELLM.Sim.Timing;

namespace ELLM.Sim.Configuration;

/// <summary>Every setting of a run. Paths and types come from <see cref="RunConfig"/>, meanings and limits from the table here.</summary>
public static class ConfigKeys
{
    private const double Any = double.PositiveInfinity;

    private static readonly Dictionary<string, Limits> Table = new()
    {
        ["preset"] = new("name of the policy preset"),
        ["model"] = new("model in the catalog, or the path of a model file"),
        ["gpu"] = new("GPU in the catalog, or the path of a GPU file"),
        ["tp"] = new("tensor-parallel ranks", 1, 1024),
        ["pp"] = new("pipeline-parallel stages, and virtual engines that fill them", 1, 1024),
        ["profile"] = new("calibration profile of memory calls and copies, or its path; null: the one named as the GPU"),
        ["compat"] = new("another simulator whose scheduler, memory and batch-time rules the run follows; null: none", "vidur"),
        ["seed"] = new("seed of everything random in the run", 0),
        ["engine.max_model_len"] = new("longest prompt plus output in tokens; null: the model's own limit", 2),
        ["engine.max_num_seqs"] = new("most sequences in a batch", 1, 1 << 20),
        ["engine.max_num_batched_tokens"] = new("most tokens in an iteration; null: max(max_model_len, 2048)", 1),
        ["engine.gpu_memory_utilization"] = new("share of the visible GPU memory the engine may use", 0.01, 1),
        ["engine.overhead"] = new("host overhead of an iteration: of the device (graph, eager), none, or of a named engine", ["graph", "eager", "none", .. OverheadCatalog.Names]),
        ["engine.strict_start"] = new("refuse to start when the KV pool cannot hold one request of max_model_len"),
        ["engine.replicas"] = new("independent copies of the engine behind the router", 1, 65_535),
        ["engine.stage_link"] = new("link between pipeline stages", SendReceiveTable.IntraNode, SendReceiveTable.InterNode),
        ["engine.router"] = new("how requests reach replicas", "round-robin", "least-outstanding"),
        ["policy.layout"] = new("how KV is placed", LayoutCatalog.Names),
        ["policy.reservation"] = new("contiguous: what a request reserves", "max", "pow2", "oracle"),
        ["policy.boundary"] = new("between activations and KV", "fixed", "elastic"),
        ["policy.overflow"] = new("when KV runs out", "wait", "recompute", "swap", "stream", "offload"),
        ["policy.scheduler"] = new("who runs next", SchedulerCatalog.Names),
        ["policy.block_tokens"] = new("paged, layer-paged: tokens in a KV block", 1, 1 << 20),
        ["policy.watermark"] = new("paged, layer-paged, vmm: share of the pool an admission must leave free", 0, 0.99),
        ["policy.block_check"] = new("paged, layer-paged, vmm: preempt a running sequence that finds no free block, whether it needs one (any) or only if (needed)", "any", "needed"),
        ["policy.full_prompt_check"] = new("unified: admit a prompt only when all of it fits now"),
        ["policy.min_allocation_tokens"] = new("contiguous: smallest region in tokens", 1, 1 << 20),
        ["policy.chunk_kib"] = new("vmm: physical chunk in KiB", 64, 65_536),
        ["policy.chunk_layout"] = new("vmm: a chunk for K and V of each layer, or one for all layers", "per-layer", "fused"),
        ["policy.prefill_mapping"] = new("vmm: prompts are mapped before their iteration or while the one before runs; drain: before it, with the device drained", "sync", "background", "drain"),
        ["policy.growth_mapping"] = new("vmm: growth is mapped when it is needed or while earlier steps run", "sync", "background", "drain"),
        ["policy.unmapping"] = new("vmm: unmapping is waited for or runs beside iterations", "sync", "background", "drain"),
        ["policy.map_lead_steps"] = new("vmm: decode steps ahead of its need that growth is begun", 1, 1 << 20),
        ["policy.look_ahead_tokens"] = new("vmm: room mapped beyond the prompt at admission", 0, 1 << 20),
        ["policy.keep_mapped_chunks"] = new("vmm: chunks of each tensor that stay mapped when a sequence ends; null: all", 0, 1 << 20),
        ["policy.eager_chunks"] = new("vmm: chunks of each tensor kept mapped in one range without an owner", 0, 1 << 20),
        ["policy.reclaim_idle_ranges"] = new("vmm: chunks of ranges without an owner are taken back when others need them"),
        ["policy.unmap_preempted"] = new("vmm: a preempted sequence's range is unmapped whole"),
        ["policy.extra_after_preemption"] = new("vmm: chunks of each tensor an admission asks for beyond its need once anybody was preempted", 0, 1 << 20),
        ["policy.vmm_costs"] = new("vmm: calls take the calibration profile's median, or are drawn from its quantiles", "median", "sampled"),
        ["policy.map_broadcast_us"] = new("vmm, tensor parallel: microseconds to tell the other ranks of a batch of calls", 0, 1e9),
        ["policy.drain_us"] = new("vmm: microseconds an iteration loses when the device is drained for calls", 0, 1e9),
        ["policy.link_both_ways"] = new("share of its rate that a direction of the host link keeps while the other is busy; null: the calibration profile's", 0.01, 1),
        ["policy.requeue"] = new("preempted requests wait at the front of the queue or behind those that have arrived", "front", "back"),
        ["policy.prefill_attention_factor"] = new("time of prefill attention over that of the timing profile's paged kernels", 0.01, 100),
        ["policy.decode_attention_factor"] = new("time of decode attention over that of the timing profile's paged kernels", 0.01, 100),
        ["policy.fetching"] = new("KV comes back from the host while the next iteration waits, or beside iterations", "sync", "background"),
        ["policy.stream_window_layers"] = new("elastic, slo-slack: layers in flight on the GPU while a prompt goes to the host", 1, 1 << 10),
        ["policy.slo_scaling"] = new("elastic: SLO violations move the logical size of the buffer"),
        ["policy.slo_window"] = new("elastic: iterations in which violations are counted", 1, 64),
        ["policy.slo_hits"] = new("elastic: violations in the window that move the buffer", 1, 64),
        ["policy.slo_alpha"] = new("elastic: factor by which it moves", 1.01, 1024),
        ["policy.slo_order"] = new("elastic: which test goes first", "tpot-first", "ttft-first"),
        ["policy.buffer_floor_gib"] = new("elastic: least logical size, GiB", 0, 1 << 20),
        ["policy.slack_limit"] = new("slo-slack: prefills start only within the TPOT slack of the decodes"),
        ["policy.length_predictor"] = new("slo-slack: tokens a request is expected to emit: mean of those finished so far, a fixed number, the true one", "mean", "fixed", "oracle"),
        ["policy.predicted_tokens"] = new("slo-slack: what fixed predicts, and mean until a request has finished", 1, 1 << 20),
        ["policy.prefill_correction"] = new("slo-slack: factor on the predicted prefill time", 0.001, 1000),
        ["policy.swap_gib"] = new("host memory for KV, GiB", 0, 1 << 20),
        ["timing.model"] = new("source of iteration times: analytic, table:DIR, linear:NAME or constant:step_us=N"),
        ["timing.profile"] = new("timing profile in the catalog, or the path of a file; gpu: the one the GPU names"),
        ["timing.weights"] = new("weights of the layers", "model", "fp8-dynamic", "fp8-static"),
        ["timing.kv"] = new("KV elements", "16bit", "fp8"),
        ["memory.weights_bytes"] = new("weights of one GPU, bytes; null: computed from the model's shape", 0),
        ["memory.context_bytes"] = new("driver, library and collective memory of one GPU, bytes; null: the default", 0),
        ["memory.graph_bytes"] = new("CUDA graph reserve of one GPU, bytes; null: from the layers", 0),
        ["memory.activation_bytes"] = new("activation reserve of one GPU, bytes; null: profiled at max_num_batched_tokens", 0),
        ["memory.activation_bytes_per_token"] = new("activations of one token, bytes; null: from the model's shape", 0),
        ["memory.kv_blocks"] = new("KV pool in blocks, as an engine's log prints it; null: what is left", 0),
        ["memory.kv_tokens"] = new("KV pool in token slots; null: what is left", 0),
        ["slo.ttft_s"] = new("TTFT objective in seconds; null: a multiple of the unloaded TTFT", 1e-6),
        ["slo.tpot_s"] = new("TPOT objective in seconds; null: a multiple of the unloaded TPOT", 1e-6),
        ["slo.ttft_multiple"] = new("default TTFT objective over the unloaded TTFT at the trace's mean prompt", 1e-3),
        ["slo.tpot_multiple"] = new("default TPOT objective over the unloaded TPOT at the trace's mean lengths", 1e-3),
    };

    /// <summary>In the order of the records.</summary>
    public static IReadOnlyList<ConfigKey> All { get; } = [.. Walk(ConfigJson.Default.RunConfig, "")];

    /// <summary>The setting at that path.</summary>
    /// <exception cref="InputException">No such path; the message names the nearest one.</exception>
    public static ConfigKey Find(string path)
    {
        ConfigKey? key = All.FirstOrDefault(k => k.Path == path);
        if (key is not null)
            return key;
        string? near = NearestName.Of(path, All.Select(k => k.Path));

        // A bare key such as max_num_seqs is near none of the dotted paths: look at last parts too.
        near ??= All.FirstOrDefault(k => k.Path.EndsWith("." + path, StringComparison.Ordinal))?.Path;
        string hint = near is null ? "; 'ellm config schema' lists all" : $" (did you mean '{near}'?)";
        throw new InputException($"unknown setting '{path}'{hint}");
    }

    private static IEnumerable<ConfigKey> Walk(JsonTypeInfo type, string prefix)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            string path = prefix + property.Name;
            JsonTypeInfo inner = type.Options.GetTypeInfo(property.PropertyType);
            if (inner.Kind == JsonTypeInfoKind.Object)
            {
                foreach (ConfigKey key in Walk(inner, path + "."))
                    yield return key;
                continue;
            }
            Limits limits = Table.GetValueOrDefault(path) ?? new Limits("");
            yield return new ConfigKey(path, property.PropertyType, limits.Doc, limits.Allowed, limits.Min, limits.Max);
        }
    }

    private sealed record Limits(string Doc, double Min, double Max = Any)
    {
        public Limits(string doc, params IReadOnlyList<string> allowed)
            : this(doc, double.NegativeInfinity)
        {
            Allowed = allowed;
        }

        public IReadOnlyList<string> Allowed { get; } = [];
    }
}
