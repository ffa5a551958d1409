using System.Text.Json;
using ELLM.Sim.Workload.Readers;

namespace ELLM.Sim.Workload.Clients;

/// <summary>The clients whose result files are read, told apart by the keys of the first object.</summary>
internal static class ClientFormats
{
    public const string Known = "vllm bench serve (--save-result --save-detailed), SGLang's bench_serving (--output-details), "
        + "GuideLLM's JSON report, inference-perf's per_request_lifecycle_metrics.json, AIPerf's profile_export.jsonl, "
        + "LLMServingSim's requests.jsonl";

    /// <summary>Keys of which one at the beginning of a file tells that it is a client's.</summary>
    public static IReadOnlyList<string> Marks { get; } =
        ["endpoint_type", "backend", "benchmarks", "input_lens", "metrics", "queued_ts", "request_throughput", "experiments",
            "load_summary"];

    /// <summary>Null for no client's file.</summary>
    /// <exception cref="InputException">A client's file without the requests one by one: the message says how to get them.</exception>
    public static IClientFormat? Find(ReadOnlyMemory<byte> json, RowPlace place)
    {
        HashSet<string> keys = Keys(json.Span);
        bool Has(params string[] all) => all.All(keys.Contains);
        if (Has("input_lens", "output_lens", "ttfts"))
            return new BenchServe(keys.Contains("sharegpt_output_len") || keys.Contains("max_total_num_tokens"));
        if (keys.Contains("benchmarks"))
            return new GuideLlm();
        if (Has("start_time", "end_time", "info"))
            return new InferencePerf();
        if (Has("metadata", "metrics"))
            return new AiPerf();
        if (Has("queued_ts", "first_token_ts", "last_token_ts"))
            return new ServingSimRun();
        string? how = Has("mean_ttft_ms", "sharegpt_output_len") ? "SGLang's bench_serving writes it with --output-details"
            : keys.Contains("mean_ttft_ms") ? "vllm bench serve writes it with --save-result --save-detailed"
            : Has("request_throughput", "request_latency") ? "AIPerf writes it to profile_export.jsonl (--export-level records)"
            : keys.Contains("experiments") ? "GenAI-Perf's profile has no token counts; AIPerf writes them to profile_export.jsonl"
            : keys.Contains("load_summary") ? "inference-perf writes it with report.request_lifecycle.per_request: true"
            : null;
        return how is null ? null : throw new InputException($"{place.Path}: a summary without per-request data: {how}");
    }

    private static HashSet<string> Keys(ReadOnlySpan<byte> json)
    {
        HashSet<string> keys = new(StringComparer.Ordinal);
        Utf8JsonReader reader = new(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            keys.Add(reader.GetString()!);
            reader.Skip();
        }
        return keys;
    }
}
