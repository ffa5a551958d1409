namespace ELLM.Sim.Workload.Readers;

/// <summary>The CSV layouts in the field, each with the publisher's own column names.</summary>
internal static class CsvSchemas
{
    /// <summary>Layout whose columns name their units.</summary>
    public const string Own = "OWN";

    public static IReadOnlyList<CsvSchema> All { get; } =
    [
        new(Own, "this simulator's own CSV", TimeKind.Seconds, ["arrival_s", "input_tokens", "output_tokens"])
        {
            // Seconds as exact decimals, tokens, and optionally the model a request is for, its session, and what its prompt begins with.
            TimeColumn = "arrival_s", InputColumn = "input_tokens", OutputColumn = "output_tokens", ModelColumn = "model",
            Sessions = new("session", "turn", "think_s") { Like = "like", Shared = "shared_tokens" },
        },
        new("AZ23", "Azure LLM inference trace 2023", TimeKind.WallClock, ["TIMESTAMP", "ContextTokens", "GeneratedTokens"])
        {
            // Source: Azure/AzurePublicDataset. The 2024 files have the same header and a zone in the time.
            TimeColumn = "TIMESTAMP", InputColumn = "ContextTokens", OutputColumn = "GeneratedTokens",
        },
        new("AZMM", "Azure multimodal trace 2025", TimeKind.WallClock, ["TIMESTAMP", "NumImages", "ContextTokens", "GeneratedTokens"])
        {
            TimeColumn = "TIMESTAMP", InputColumn = "ContextTokens", OutputColumn = "GeneratedTokens",
            Note = "image counts are not used",
        },
        new("BG6", "BurstGPT, 6 columns", TimeKind.Seconds,
            ["Timestamp", "Model", "Request tokens", "Response tokens", "Total tokens", "Log Type"])
        {
            // Source: HPMLL/BurstGPT. Whole seconds from midnight of the first day.
            TimeColumn = "Timestamp", InputColumn = "Request tokens", OutputColumn = "Response tokens", ModelColumn = "Model",
        },
        new("BG8", "BurstGPT, 8 columns", TimeKind.Seconds,
            ["Timestamp", "Session ID", "Elapsed time", "Model", "Request tokens", "Response tokens", "Total tokens", "Log Type"])
        {
            TimeColumn = "Timestamp", InputColumn = "Request tokens", OutputColumn = "Response tokens", ModelColumn = "Model",
        },
        new("VD", "Vidur trace", TimeKind.Seconds, ["arrived_at", "num_prefill_tokens", "num_decode_tokens"])
        {
            // Source: microsoft/vidur.
            TimeColumn = "arrived_at", InputColumn = "num_prefill_tokens", OutputColumn = "num_decode_tokens",
        },
        new("VL", "lengths without times (Vidur, Sarathi)", TimeKind.None, ["num_prefill_tokens", "num_decode_tokens"])
        {
            InputColumn = "num_prefill_tokens", OutputColumn = "num_decode_tokens",
        },
        new("SS", "splitwise-sim trace", TimeKind.Seconds,
            ["request_id", "request_type", "application_id", "arrival_timestamp", "batch_size", "prompt_size", "token_size"])
        {
            // Source: Mutinifni/splitwise-sim.
            TimeColumn = "arrival_timestamp", InputColumn = "prompt_size", OutputColumn = "token_size",
        },
        new("PR", "Prism arena trace as CSV", TimeKind.Seconds, ["arrival_s", "model_id", "prompt_tokens", "output_tokens"])
        {
            TimeColumn = "arrival_s", InputColumn = "prompt_tokens", OutputColumn = "output_tokens", ModelColumn = "model_id",
        },
        new("CCF", "Claude-Code sessions, flattened", TimeKind.SessionSeconds,
            ["session_id", "turn", "t_s", "model", "input_tokens", "output_tokens"])
        {
            TimeColumn = "t_s", InputColumn = "input_tokens", OutputColumn = "output_tokens", ModelColumn = "model",
            Sessions = new("session_id", "turn", "think_time_s")
            {
                Agent = "agent", Blocks = "hash_blocks", Hits = "prefix_hit_blocks", BlockTokens = 64,
            },
        },
        new("SGC", "ServeGen client rates", TimeKind.None, ["window_start_s", "rate_rps", "iat_cv"])
        {
            Refusal = "holds the parameters of a generator (rates per client and window), not requests",
        },
    ];

    /// <summary>The layout whose columns are all in the header; of several, the one with the most.</summary>
    public static CsvSchema? Detect(IEnumerable<string> header)
    {
        HashSet<string> names = new(header, StringComparer.OrdinalIgnoreCase);
        CsvSchema? best = null;
        foreach (CsvSchema schema in All)
        {
            if (schema.Required.All(names.Contains) && schema.Required.Length > (best?.Required.Length ?? 0))
                best = schema;
        }
        return best;
    }
}
