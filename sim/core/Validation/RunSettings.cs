using System.Globalization;
using System.Text.Json.Nodes;
using ELLM.Sim.Configuration;

namespace ELLM.Sim.Validation;

/// <summary>What meta.json of a recorded vLLM run says about its engine, as settings; and what it says that has no counterpart
/// here.</summary>
/// <remarks>Names are vLLM's engine arguments. Nothing is passed over in silence: what is not honoured is a note in every row of
/// the run.</remarks>
internal sealed class RunSettings
{
    /// <summary>Arguments whose value is one setting here.</summary>
    private static readonly (string Argument, string Setting)[] Direct =
    [
        ("tensor_parallel_size", "tp"),
        ("pipeline_parallel_size", "pp"),
        ("data_parallel_size", "engine.replicas"),
        ("max_num_seqs", "engine.max_num_seqs"),
        ("max_num_batched_tokens", "engine.max_num_batched_tokens"),
        ("max_model_len", "engine.max_model_len"),
        ("gpu_memory_utilization", "engine.gpu_memory_utilization"),
        ("block_size", "policy.block_tokens"),
    ];

    /// <summary>Arguments that change a run in ways nothing here imitates, unless they have the value that means "not used".</summary>
    private static readonly (string Argument, string[] Unused, string Note)[] Foreign =
    [
        ("enforce_eager", ["false"], "ran without CUDA graphs, which no fitted overhead describes"),
        ("enable_chunked_prefill", ["true"], "ran without chunked prefill: the replay chunks prompts"),
        ("enable_prefix_caching", ["false"], "prefix caching is not modelled: prompts that share a beginning are slower here"),
        ("speculative_model", [], "speculative decoding is not modelled"),
        ("speculative_config", [], "speculative decoding is not modelled"),
        ("num_speculative_tokens", ["0"], "speculative decoding is not modelled"),
        ("cpu_offload_gb", ["0"], "weights offloaded to the host are not modelled"),
        ("enable_expert_parallel", ["false"], "experts are not modelled"),
        ("enable_lora", ["false"], "adapters are not modelled"),
        ("scheduling_policy", ["fcfs"], "the replay serves first come first"),
        ("num_scheduler_steps", ["1"], "multi-step scheduling is not modelled"),
        ("sliding_window", [], "sliding windows are not modelled"),
    ];

    private static readonly string[] BlockCounts = ["num_gpu_blocks_override", "num_gpu_blocks", "num_blocks"];

    private readonly string _path;
    private readonly JsonObject _meta;
    private readonly JsonObject _engine;

    /// <exception cref="InputException">engine_kwargs is missing, or a value is not what vLLM would take.</exception>
    public RunSettings(string path, JsonObject meta)
    {
        _path = path;
        _meta = meta;
        _engine = meta["engine_kwargs"] as JsonObject ?? throw new InputException($"{path}: expected engine_kwargs, found none");
        foreach ((string argument, string setting) in Direct)
        {
            if (Text(_engine, argument) is string value)
                Add(setting, value);
        }
        Formats();
        Add("engine.overhead", Text(_engine, "async_scheduling") switch
        {
            "true" => "vllm-async",
            "false" => "graph",
            _ => ServingRun.OverheadOf(Text(meta, "vllm_version")),
        });
        Blocks();
        foreach ((string argument, string[] unused, string note) in Foreign)
        {
            bool given = Places().Any(place => place[argument] is JsonObject or JsonArray
                || (Text(place, argument) is string value && !unused.Contains(Plain(value))));
            if (given && !Notes.Contains(note))
                Notes.Add(note);
        }
    }

    public List<Assignment> Settings { get; } = [];

    public List<string> Notes { get; } = [];

    private void Formats()
    {
        string kv = Text(_engine, "kv_cache_dtype") ?? "auto";
        if (kv.StartsWith("fp8", StringComparison.Ordinal))
            Add("timing.kv", "fp8");
        else if (kv is not ("auto" or "bfloat16" or "float16" or "half"))
            throw new InputException($"{_path}: kv_cache_dtype: expected auto, bfloat16, float16 or fp8, found {kv}");
        string dtype = Text(_engine, "dtype") ?? "auto";
        if (dtype is not ("auto" or "bfloat16" or "float16" or "half"))
            throw new InputException($"{_path}: dtype: expected 16-bit weights (auto, bfloat16, float16), found {dtype}");
        string model = Text(_meta, "model") ?? "";
        if (Text(_engine, "quantization") is string quantization)
        {
            if (!quantization.Contains("fp8", StringComparison.OrdinalIgnoreCase))
                throw new InputException(
                    $"{_path}: quantization: expected none or fp8, the formats with measured times, found {quantization}");
            Add("timing.weights", "fp8-dynamic");
        }
        else if (model.Contains("fp8", StringComparison.OrdinalIgnoreCase))
        {
            Add("timing.weights", "fp8-dynamic");
            Notes.Add("FP8 weights by the model's name");
        }
    }

    /// <summary>The engine's own block count wherever the run records it: the pool is then not computed.</summary>
    private void Blocks()
    {
        foreach (JsonObject place in Places())
        {
            foreach (string name in BlockCounts)
            {
                if (Text(place, name) is not string blocks)
                    continue;
                if (!long.TryParse(blocks, NumberStyles.None, CultureInfo.InvariantCulture, out long count) || count < 1)
                    throw new InputException($"{_path}: {name}: expected a number of KV blocks, found {blocks}");
                Add("memory.kv_blocks", blocks);
                if (Text(place, "block_size") is string size && place != _engine)
                    Add("policy.block_tokens", size);
                Notes.Add(
                    name == "num_gpu_blocks_override"
                        ? $"{blocks} KV blocks as the engine was told"
                        : $"{blocks} KV blocks as the engine reported");
                return;
            }
        }
        Notes.Add("KV pool computed: the run does not record it");
    }

    /// <summary>Wherever files of some version say something of the engine.</summary>
    private IEnumerable<JsonObject> Places() =>
        new[] { _meta["kv_cache"] as JsonObject, _meta["cache_config"] as JsonObject, _engine, _meta }.OfType<JsonObject>();

    private void Add(string setting, string value) => Settings.Add(new Assignment(setting, value));

    private static string Plain(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number.ToString(CultureInfo.InvariantCulture)
            : value;

    /// <summary>A value as vLLM's command line would have it; null when absent, null or empty.</summary>
    private static string? Text(JsonObject place, string name) =>
        place[name] is JsonValue value && value.ToString() is { Length: > 0 } text and not "None" ? text : null;
}
