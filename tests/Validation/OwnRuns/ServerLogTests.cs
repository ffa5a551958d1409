using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Validation.OwnRuns;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Validation.OwnRuns;

/// <summary>Start-up lines in the forms of engine versions; every line here is made up.</summary>
internal sealed class ServerLogTests
{
    private const string V0 = """
        INFO 05-01 10:00:00 api_server.py:149] vLLM API server version 0.5.4
        INFO 05-01 10:00:00 api.py:150] args: Namespace(gpu_memory_utilization=0.85, max_num_seqs=128, max_num_batched_tokens=None)
        INFO 05-01 10:00:01 llm_engine.py:176] Initializing an LLM engine (v0.5.4) with config: model='facebook/opt-13b', max_seq_len=2048,
            tensor_parallel_size=2, pipeline_parallel_size=1, kv_cache_dtype=auto, enable_prefix_caching=False)
        INFO 05-01 10:00:20 gpu_executor.py:102] # GPU blocks: 3000, # CPU blocks: 327
        """;

    private const string V1 = """
        (APIServer pid=1) INFO 11-01 10:00:00 args: {'max_model_len': 16384, 'max_num_seqs': 512, 'gpu_memory_utilization': 0.92}
        (EngineCore pid=2) INFO 11-01 10:00:05 Initializing a V1 LLM engine (v0.19.0) with config: model='Qwen/Qwen3-32B',
            max_seq_len=16384, tensor_parallel_size=2, pipeline_parallel_size=1, kv_cache_dtype=fp8_e4m3, enable_prefix_caching=True
        (EngineCore pid=2) INFO 11-01 10:00:05 [scheduler.py:216] Chunked prefill is enabled with max_num_batched_tokens=8192.
        (EngineCore pid=2) INFO 11-01 10:01:00 [kv_cache_utils.py:1234] GPU KV cache size: 1,234,560 tokens
        (EngineCore pid=2) INFO 11-01 10:01:00 [kv_cache_utils.py:1239] Maximum concurrency for 16,384 tokens per request: 75.35x
        """;

    private const string Sglang = """
        [2026-01-01 10:00:00] server_args=ServerArgs(model_path='meta-llama/Llama-3.1-8B-Instruct', context_length=None,
            mem_fraction_static=0.88, max_running_requests=None, chunked_prefill_size=8192, tp_size=1, disable_radix_cache=True)
        [2026-01-01 10:00:20] KV Cache is allocated. #tokens: 445688, K size: 27.20 GB, V size: 27.20 GB
        [2026-01-01 10:00:30] max_total_num_tokens=445688, chunked_prefill_size=8192, max_running_requests=2049, context_len=131072
        """;

    [Test]
    public void Vllm_of_blocks_is_read() => Expect(V0, "vllm", "0.5", 48_000, "opt-13b", prefixes: false,
        "engine.release=vllm-0.5", "tp=2", "pp=1", "engine.max_model_len=2048", "engine.max_num_seqs=128",
        "engine.gpu_memory_utilization=0.85", "memory.kv_tokens=48000");

    [Test]
    public void Vllm_of_tokens_is_read() => Expect(V1, "vllm", "0.19", 1_234_560, "qwen3-32b", prefixes: true,
        "engine.release=vllm-0.19", "tp=2", "pp=1", "engine.max_model_len=16384", "engine.max_num_seqs=512",
        "engine.gpu_memory_utilization=0.92", "engine.max_num_batched_tokens=8192", "timing.kv=fp8", "memory.kv_tokens=1234560");

    [Test]
    public void Sglang_is_read() => Expect(Sglang, "sglang", "", 445_688, "llama-3.1-8b", prefixes: false,
        "tp=1", "engine.max_model_len=131072", "engine.max_num_seqs=2049", "engine.gpu_memory_utilization=0.88",
        "engine.max_num_batched_tokens=8192", "memory.kv_tokens=445688");

    [TestCase("hello\n", "no start-up lines of vLLM or SGLang")]
    [TestCase("Initializing an LLM engine (v0.1.7) with config: model='x'\n", "the log is of vllm 0.1, whose start-up is not known")]
    public void Other_logs_and_versions_are_refused(string text, string message)
    {
        using ScratchFolder folder = new();
        string file = folder.File("server.log", text);
        Assert.That(() => ServerLog.Read(file), Throws.TypeOf<InputException>().With.Message.StartsWith(file)
            .And.Message.Contains(message));
    }

    private static void Expect(string text, string engine, string version, long tokens, string model, bool prefixes,
        params string[] settings)
    {
        using ScratchFolder folder = new();
        ServerLog log = ServerLog.Read(folder.File("server.log", text));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((log.Engine, log.Version, log.KvTokens, log.Model, log.PrefixCaching),
                Is.EqualTo((engine, version, (long?)tokens, model, prefixes)));
            Assert.That(log.Settings.Select(a => $"{a.Path}={a.Text}"), Is.EquivalentTo(settings));
        }
    }
}
