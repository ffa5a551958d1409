using System.Globalization;
using System.Text.RegularExpressions;
using ELLM.Sim.Configuration;
using ELLM.Sim.Files;
using ELLM.Sim.Memory.Engines;
using ELLM.Sim.Models;

namespace ELLM.Sim.Validation.OwnRuns;

/// <summary>What a server printed when it started: its version, its limits, its KV pool, as settings.</summary>
/// <remarks>
/// vLLM since 0.4 (V0: blocks; V1: tokens) and SGLang since 0.4. Lines may have any prefix, such as time and process. What a line does
/// not say is left to the defaults of that version.
/// </remarks>
public sealed partial class ServerLog
{
    private readonly List<Assignment> _settings = [];

    private ServerLog(string engine, string version) => (Engine, Version) = (engine, version);

    /// <summary>vllm or sglang.</summary>
    public string Engine { get; }

    /// <summary>Major and minor number; empty where the log does not say.</summary>
    public string Version { get; }

    public IReadOnlyList<Assignment> Settings => _settings;

    /// <summary>Tokens of the KV pool; null where the log does not say.</summary>
    public long? KvTokens { get; private set; }

    /// <summary>The shipped model of the log; null for none.</summary>
    public string? Model { get; private set; }

    /// <summary>Prompts that begin alike were computed once.</summary>
    public bool PrefixCaching { get; private set; }

    /// <exception cref="InputException">No file, no server's start-up, or a version that is not known.</exception>
    public static ServerLog Read(string path) => Parse(path, FileGuard.Text(path));

    /// <param name="path">For messages.</param>
    internal static ServerLog Parse(string path, string text)
    {
        bool sglang = SglangArguments().IsMatch(text) || SglangPool().IsMatch(text);
        Match version = sglang ? SglangVersion().Match(text) : VllmVersion().Match(text);
        bool vllm = version.Success || VllmTokens().IsMatch(text) || VllmBlocks().IsMatch(text);
        if (!sglang && !vllm)
        {
            throw new InputException($"{path}: no start-up lines of vLLM or SGLang, such as 'Initializing a V1 LLM engine (v0.10.0)', "
                + "'GPU KV cache size: N tokens', '# GPU blocks: N' or 'max_total_num_tokens=N'");
        }
        ServerLog log = new(sglang ? "sglang" : "vllm", version.Success ? version.Groups[1].Value : "");
        if (log.Version.Length > 0)
            log.Release(path);
        if (sglang)
            log.ReadSglang(text);
        else
            log.ReadVllm(text);
        return log;
    }

    private void Release(string path)
    {
        try
        {
            EngineCatalog.Release($"{Engine}-{Version}");
        }
        catch (InputException e)
        {
            throw new InputException($"{path}: the log is of {Engine} {Version}, whose start-up is not known ({e.Message})", e);
        }
        _settings.Add(new Assignment("engine.release", $"{Engine}-{Version}"));
    }

    private void ReadVllm(string text)
    {
        Setting("tp", text, "tensor_parallel_size");
        Setting("pp", text, "pipeline_parallel_size");
        Setting("engine.max_model_len", text, "max_seq_len", "max_model_len");
        Setting("engine.max_num_seqs", text, "max_num_seqs");
        Setting("engine.gpu_memory_utilization", text, "gpu_memory_utilization");
        Setting("engine.max_num_batched_tokens", text, "max_num_batched_tokens");
        Setting("policy.block_tokens", text, "block_size");
        if (Value(text, "kv_cache_dtype")?.StartsWith("fp8", StringComparison.Ordinal) == true)
            _settings.Add(new Assignment("timing.kv", "fp8"));
        PrefixCaching = Value(text, "enable_prefix_caching") == "True";
        Named(Value(text, "model"));
        if (VllmTokens().Match(text) is { Success: true } tokens)
            Pool(Number(tokens.Groups[1].Value));
        else if (VllmBlocks().Match(text) is { Success: true } blocks)
            Pool(Number(blocks.Groups[1].Value) * (Number(Value(text, "block_size") ?? "16") ?? 16));
    }

    private void ReadSglang(string text)
    {
        Setting("tp", text, "tp_size");
        Setting("engine.max_model_len", text, "context_len", "context_length");
        Setting("engine.max_num_seqs", text, "max_running_requests");
        Setting("engine.gpu_memory_utilization", text, "mem_fraction_static");
        Setting("engine.max_num_batched_tokens", text, "chunked_prefill_size");
        PrefixCaching = Value(text, "disable_radix_cache") != "True";
        Named(Value(text, "model_path"));
        if (SglangPool().Match(text) is { Success: true } pool)
            Pool(Number(pool.Groups[1].Value));
    }

    private void Pool(long? tokens)
    {
        if (tokens is not > 0)
            return;
        KvTokens = tokens;
        _settings.Add(new Assignment("memory.kv_tokens", tokens.Value.ToString(CultureInfo.InvariantCulture)));
    }

    private void Named(string? model)
    {
        if (model is not null && ServingRun.MatchName(model.Split('/')[^1], ModelCatalog.Names) is string name)
            Model = name;
    }

    /// <summary>The last of the values under one of the names that is a number: later lines are what the engine decided.</summary>
    private void Setting(string path, string text, params string[] names)
    {
        if (names.Select(name => Value(text, name)).FirstOrDefault(v => v is not null
            && double.TryParse(v, CultureInfo.InvariantCulture, out double n) && n > 0) is string value)
            _settings.Add(new Assignment(path, value));
    }

    /// <summary>Of <c>name=value</c> and <c>'name': value</c>, the last that is not None; quotes taken off.</summary>
    private static string? Value(string text, string name)
    {
        MatchCollection all = Regex.Matches(text, $@"\b{name}['""]?\s*[=:]\s*['""]?([^\s,'"")}}]+)", RegexOptions.CultureInvariant);
        return all.Select(m => m.Groups[1].Value.TrimEnd('.')).LastOrDefault(v => v is not ("None" or "null" or ""));
    }

    private static long? Number(string digits) =>
        long.TryParse(digits, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out long value) ? value : null;

    [GeneratedRegex(@"(?:LLM engine \(v|API server version v?|vLLM version v?)(\d+\.\d+)")]
    private static partial Regex VllmVersion();

    [GeneratedRegex(@"GPU KV cache size: ([\d,]+) tokens")]
    private static partial Regex VllmTokens();

    [GeneratedRegex(@"# (?:GPU|cuda) blocks: ([\d,]+)")]
    private static partial Regex VllmBlocks();

    [GeneratedRegex(@"server_args=ServerArgs\(|\bServerArgs\(model_path")]
    private static partial Regex SglangArguments();

    [GeneratedRegex(@"(?:max_total_num_tokens=|KV Cache is allocated\. .*#tokens: )([\d,]+)")]
    private static partial Regex SglangPool();

    [GeneratedRegex(@"(?i:sglang)[ _-]?(?:version)?[ :=v]*(\d+\.\d+)\.\d+")]
    private static partial Regex SglangVersion();
}
