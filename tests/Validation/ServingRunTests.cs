using System.IO.Compression;
using System.Text;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Validation;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Validation;

[TestFixture]
internal sealed class ServingRunTests
{
    private const string Meta =
        """{"model": "meta-llama/Llama-3.1-8B", "vllm_version": "0.19.0", "engine_kwargs": {"tensor_parallel_size": 1, "max_num_seqs": 4, "max_num_batched_tokens": 2048, "max_model_len": null}, "hardware": {"name": "NVIDIA RTX PRO 6000 Blackwell"}}""";

    private const string Requests = """
        {"input_toks": 100, "output_toks": 3, "queued_ts": 11.0, "first_token_ts": 11.1, "last_token_ts": 11.3}
        {"input_toks": 50, "output_toks": 1, "queued_ts": 10.0, "first_token_ts": 10.05, "last_token_ts": 10.05}

        """;

    private ScratchFolder _folder = null!;

    [SetUp]
    public void Make()
    {
        _folder = new ScratchFolder();
        _folder.File("meta.json", Meta);
        _folder.File("requests.jsonl", Requests);
    }

    [TearDown]
    public void Remove() => _folder.Dispose();

    private string Fault() =>
        Assert.Throws<InputException>(() => ServingRun.Read(_folder.Path))!.Message.Replace(_folder.Path, "", StringComparison.Ordinal);

    [Test]
    public void Read_run_sorts_by_queueing_and_measures()
    {
        ServingRun run = ServingRun.Read(_folder.Path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Trace.ArrivalPs, Is.EqualTo(new[] { 0L, 1_000_000_000_000L }));
            Assert.That(run.Trace.InputTokens, Is.EqualTo(new[] { 50, 100 }));
            Assert.That(run.Measured[0].Tpot, Is.Null, "one token has no TPOT");
            Assert.That(run.Measured[1].Tpot, Is.EqualTo(0.1).Within(1e-12));
            Assert.That(run.Measured[1].Ttft, Is.EqualTo(0.1).Within(1e-12));
            Assert.That(Setting(run, "gpu"), Is.EqualTo("rtx-pro-6000"));
            Assert.That(Setting(run, "model"), Is.EqualTo("llama-3.1-8b"));
            Assert.That(Setting(run, "engine.max_num_seqs"), Is.EqualTo("4"));
            Assert.That(Setting(run, "engine.overhead"), Is.EqualTo("vllm-async"));
            Assert.That(Setting(run, "memory.kv_blocks"), Is.Null);
        }
    }

    [Test]
    public void Read_recorded_blocks_are_used()
    {
        _folder.File("meta.json", Meta[..^1] + """, "kv_cache": {"num_gpu_blocks": 2588, "block_size": 16}}""");
        ServingRun run = ServingRun.Read(_folder.Path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Setting(run, "memory.kv_blocks"), Is.EqualTo("2588"));
            Assert.That(run.Notes, Is.EqualTo("2588 KV blocks as the engine reported"));
        }
    }

    [TestCase("\"num_gpu_blocks_override\": 2588", "memory.kv_blocks", "2588", "2588 KV blocks as the engine was told")]
    [TestCase("\"pipeline_parallel_size\": 2", "pp", "2", "KV pool computed: the run does not record it")]
    [TestCase("\"data_parallel_size\": 2", "engine.replicas", "2", "KV pool computed: the run does not record it")]
    [TestCase("\"block_size\": 32", "policy.block_tokens", "32", "KV pool computed: the run does not record it")]
    [TestCase("\"gpu_memory_utilization\": 0.85", "engine.gpu_memory_utilization", "0.85", "KV pool computed: the run does not record it")]
    [TestCase("\"kv_cache_dtype\": \"fp8_e4m3\"", "timing.kv", "fp8", "KV pool computed: the run does not record it")]
    [TestCase("\"quantization\": \"fp8\"", "timing.weights", "fp8-dynamic", "KV pool computed: the run does not record it")]
    [TestCase("\"async_scheduling\": false", "engine.overhead", "graph", "KV pool computed: the run does not record it")]
    [TestCase("\"enable_prefix_caching\": true", "engine.overhead", "vllm-async",
        "KV pool computed: the run does not record it; prefix caching is not modelled: prompts that share a beginning are slower here")]
    [TestCase("\"enable_chunked_prefill\": false", "engine.overhead", "vllm-async",
        "KV pool computed: the run does not record it; ran without chunked prefill: the replay chunks prompts")]
    [TestCase("\"enforce_eager\": true", "engine.overhead", "vllm-async",
        "KV pool computed: the run does not record it; ran without CUDA graphs, which no fitted overhead describes")]
    [TestCase("\"speculative_config\": {\"method\": \"ngram\"}", "engine.overhead", "vllm-async",
        "KV pool computed: the run does not record it; speculative decoding is not modelled")]
    [TestCase("\"cpu_offload_gb\": 0.0, \"enable_prefix_caching\": null, \"num_scheduler_steps\": 1", "engine.overhead", "vllm-async",
        "KV pool computed: the run does not record it")]
    public void Read_engine_arguments_are_honoured_or_said(string argument, string path, string value, string notes)
    {
        _folder.File("meta.json", Meta.Replace("\"max_model_len\": null", argument, StringComparison.Ordinal));
        ServingRun run = ServingRun.Read(_folder.Path);
        Assert.That((Setting(run, path), run.Notes), Is.EqualTo((value, notes)));
    }

    [TestCase("\"quantization\": \"awq\"", "quantization: expected none or fp8, the formats with measured times, found awq")]
    [TestCase("\"dtype\": \"float32\"", "dtype: expected 16-bit weights (auto, bfloat16, float16), found float32")]
    [TestCase("\"kv_cache_dtype\": \"int8\"", "kv_cache_dtype: expected auto, bfloat16, float16 or fp8, found int8")]
    [TestCase("\"num_gpu_blocks_override\": -5", "num_gpu_blocks_override: expected a number of KV blocks, found -5")]
    public void Read_engine_arguments_that_cannot_be_honoured_are_errors(string argument, string message)
    {
        _folder.File("meta.json", Meta.Replace("\"max_model_len\": null", argument, StringComparison.Ordinal));
        Assert.That(Fault(), Is.EqualTo("/meta.json: " + message));
    }

    [TestCase("Qwen/Qwen3-30B-A3B-Instruct-2507")]
    [TestCase("mistralai/Mixtral-8x7B-v0.1")]
    public void Read_mixture_of_experts_says_so(string model)
    {
        _folder.File("meta.json", Meta.Replace("meta-llama/Llama-3.1-8B", model, StringComparison.Ordinal));
        Assert.That(Fault(), Does.StartWith($"/meta.json: model {model} is a mixture of experts, which is not modelled; known: "));
    }

    [Test]
    public void Read_case_file_states_the_rest()
    {
        _folder.File("case.json", """{"settings": {"gpu": "h100", "memory.kv_blocks": 100}}""");
        ServingRun run = ServingRun.Read(_folder.Path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Setting(run, "gpu"), Is.EqualTo("h100"));
            Assert.That(Setting(run, "memory.kv_blocks"), Is.EqualTo("100"));
        }
    }

    [Test]
    public void Read_gzip_is_unpacked()
    {
        File.Delete(_folder.In("requests.jsonl"));
        using (FileStream file = File.Create(_folder.In("requests.jsonl.gz")))
        using (GZipStream zip = new(file, CompressionMode.Compress))
            zip.Write(Encoding.UTF8.GetBytes(Requests));
        Assert.That(ServingRun.Read(_folder.Path).Trace.Count, Is.EqualTo(2));
    }

    [Test]
    public void Replay_run_compares_every_request()
    {
        ValidationRow[] rows = [.. ServingRunReplay.Rows(_folder.Path, null, bounded: true)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows, Has.Length.EqualTo(5));
            Assert.That(rows[0].Reference, Is.EqualTo(100).Within(1e-9));
            Assert.That(rows.Select(row => row.Bound), Is.EqualTo(new double?[] { 2, 3, 5, 3, null }));
            Assert.That(rows[0].Pass, Is.False, "0.1 s a token is no RTX PRO 6000");
        }
    }

    [TestCase("0.13.2", "graph")]
    [TestCase("0.14.0", "vllm-async")]
    [TestCase("1.0", "vllm-async")]
    [TestCase(null, "graph")]
    public void Overhead_follows_the_engines_version(string? version, string overhead) =>
        Assert.That(ServingRun.OverheadOf(version), Is.EqualTo(overhead));

    [Test]
    public void Read_no_meta_says_what_is_expected()
    {
        File.Delete(_folder.In("meta.json"));
        Assert.That(Fault(), Is.EqualTo(": expected meta.json and requests.jsonl of a serving run (plain or .gz), found no meta.json"));
    }

    [Test]
    public void Read_unknown_model_lists_the_known_ones()
    {
        _folder.File("meta.json", Meta.Replace("Llama-3.1-8B", "Mystery", StringComparison.Ordinal));
        Assert.That(Fault(), Does.StartWith("/meta.json: model meta-llama/Mystery is not in the catalog; known: codellama-34b"));
    }

    [Test]
    public void Read_unordered_instants_names_the_line()
    {
        _folder.File("requests.jsonl", """{"input_toks": 1, "output_toks": 1, "queued_ts": 5, "first_token_ts": 4, "last_token_ts": 6}""");
        Assert.That(Fault(),
            Does.StartWith(
                "/requests.jsonl:1: expected tokens of at least 1 and instants in order (queued, first token, last token), found {"));
    }

    [Test]
    public void Read_missing_key_names_it()
    {
        _folder.File("requests.jsonl", """{"input_toks": 1, "output_toks": 1, "queued_ts": 5, "last_token_ts": 6}""");
        Assert.That(Fault(), Is.EqualTo("/requests.jsonl:1: expected a number in first_token_ts, found none"));
    }

    private static string? Setting(ServingRun run, string path) =>
        run.Settings.Where(one => one.Path == path).Select(one => one.Text).LastOrDefault();
}
