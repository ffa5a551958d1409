namespace ELLM.Sim.Tests.Workload.Clients;

/// <summary>The same three requests as each client writes them, and one that failed.</summary>
/// <remarks>
/// <code>
/// request  sent    prompt  output  first token after  end after
/// 0        100.0 s    512       3             0.10 s     0.14 s
/// 1        100.5 s    256       2             0.05 s     0.07 s
/// 2        101.0 s     64       1             0.02 s     0.02 s
/// 3        101.2 s   (failed)
/// </code>
/// </remarks>
internal static class ClientFixtures
{
    private const string Lens = """
        "input_lens": [512, 256, 64, 100], "output_lens": [3, 2, 1, 0], "ttfts": [0.10, 0.05, 0.02, 0.0],
        "itls": [[0.02, 0.02], [0.02], [], []], "generated_texts": ["a", "b", "c", ""], "errors": ["", "", "", "ClientError"]
        """;

    /// <summary>vLLM with the instants at which requests were sent.</summary>
    public static string Vllm => $$"""
        { "date": "20260101", "endpoint_type": "openai", "model_id": "meta-llama/Llama-3.1-8B", "num_prompts": 4, "request_rate": "inf",
          "max_concurrency": null, {{Lens}}, "start_times": [100.0, 100.5, 101.0, 101.2], "mean_ttft_ms": 56.7 }
        """;

    /// <summary>Without them.</summary>
    public static string VllmWithout(string rate, string concurrency) => $$"""
        { "date": "20260101", "endpoint_type": "openai", "request_rate": {{rate}}, "max_concurrency": {{concurrency}},
          {{Lens}} }
        """;

    /// <summary>A line of bench_serving, whose infinite rate is no JSON.</summary>
    public static string Sglang => $$"""
        {"backend": "sglang", "dataset_name": "random", "request_rate": Infinity, "max_concurrency": 1,
        "sharegpt_output_len": null, {{Lens}}}
        """.ReplaceLineEndings(" ");

    public static string GuideLlm => """
        { "benchmarks": [ { "requests": { "successful": [
            { "request_id": "a", "prompt_tokens": 512, "output_tokens": 3, "start_time": 100.0, "end_time": 100.14,
              "first_token_time": 100.10 },
            { "request_id": "b", "prompt_tokens": 256, "output_tokens": 2, "start_time": 100.5, "end_time": 100.57,
              "time_to_first_token_ms": 50 },
            { "request_id": "c", "input_metrics": { "text_tokens": 64 }, "output_metrics": { "text_tokens": 1 },
              "info": { "timings": { "request_start": 101.0, "first_iteration": 101.02, "request_end": 101.02 } } } ],
          "errored": [ { "request_id": "d" } ], "incomplete": [] } } ] }
        """;

    public static string InferencePerf => """
        [ { "start_time": 100.0, "end_time": 100.14, "request": "x", "response": "y",
            "info": { "input_tokens": 512, "output_tokens": 3, "output_token_times": [100.10, 100.12, 100.14] }, "error": null },
          { "start_time": 100.5, "end_time": 100.57, "request": "x", "response": "y",
            "info": { "request_metrics": { "text": { "input_tokens": 256 } },
              "response_metrics": { "output_tokens": 2, "output_token_times": [100.55, 100.57] } }, "error": null },
          { "start_time": 101.0, "end_time": 101.02, "request": "x", "response": "y",
            "info": { "input_tokens": 64, "output_tokens": 1, "output_token_times": [101.02] }, "error": null },
          { "start_time": 101.2, "end_time": 101.2, "request": "x", "response": "", "info": { "input_tokens": 100 },
            "error": { "error_type": "ClientError" } } ]
        """;

    public static string AiPerf => string.Join('\n', [
        """{"metadata": {"benchmark_phase": "warmup", "request_start_ns": 9, "request_end_ns": 10}, "metrics": {}, "error": null}""",
        AiPerfLine(100_000, 140, 512, 3, 100), AiPerfLine(100_500, 70, 256, 2, 50), AiPerfLine(101_000, 20, 64, 1, 20),
        """{"metadata": {"benchmark_phase": "profiling", "was_cancelled": false}, "metrics": {}, "error": {"code": 500}}""",
    ]);

    public static string ServingSim => """
        {"queued_ts": 100.0, "input_toks": 512, "output_toks": 3, "first_token_ts": 100.10, "last_token_ts": 100.14}
        {"queued_ts": 100.5, "input_toks": 256, "output_toks": 2, "first_token_ts": 100.55, "last_token_ts": 100.57}
        {"queued_ts": 101.0, "input_toks": 64, "output_toks": 1, "first_token_ts": 101.02, "last_token_ts": 101.02}
        """;

    private static string AiPerfLine(long startMs, long latencyMs, int input, int output, int ttftMs)
    {
        string Value(string name, int value, string unit) => $"\"{name}\": {{\"value\": {value}, \"unit\": \"{unit}\"}}";
        string times = $"\"request_start_ns\": {startMs}000000, \"request_end_ns\": {startMs + latencyMs}000000";
        return $"{{\"metadata\": {{\"session_num\": 0, {times}, \"benchmark_phase\": \"profiling\", \"was_cancelled\": false}}, "
            + $"\"metrics\": {{"
            + $"{Value("input_sequence_length", input, "tokens")}, {Value("time_to_first_token", ttftMs, "ms")}, "
            + $"{Value("output_sequence_length", output, "tokens")}}}, \"error\": null}}";
    }
}
