using ELLM.Sim.Compat.Vidur;
using ELLM.Sim.Compat.Vidur.Cases;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Compat.Vidur;

/// <summary>Case folders as Vidur leaves them, with the hand-made run of three requests on four blocks in them.</summary>
[TestFixture]
public sealed class VidurCaseTests
{
    /// <summary>The nesting and the names of microsoft/vidur 7d47513's config.json, with a shape of our own.</summary>
    private const string VidurJson = """
        {
          "seed": 42, "time_limit": 0,
          "cluster_config": {
            "num_replicas": 1,
            "replica_config": {
              "model_name": "micro", "memory_margin_fraction": 0.2, "num_pipeline_stages": 1, "tensor_parallel_size": 1,
              "device": "a40", "network_device": "a100_pairwise_nvlink",
              "model_config": { "num_layers": 2, "num_q_heads": 4, "num_kv_heads": 4, "embedding_dim": 8, "mlp_hidden_dim": 16,
                "use_gated_mlp": false, "post_attn_norm": false, "name": "micro" },
              "device_config": { "fp16_tflops": 150, "total_memory_gb": 45 }
            },
            "global_scheduler_config": { "name": "lor" },
            "replica_scheduler_config": { "batch_size_cap": 64, "block_size": 4, "watermark_blocks_fraction": 0.02, "num_blocks": 4,
              "max_tokens_in_batch": 100, "name": "vllm" }
          },
          "request_generator_config": {
            "seed": 42, "length_generator_config": { "max_tokens": 99, "name": "trace" }, "max_tokens": 16, "name": "synthetic"
          },
          "execution_time_predictor_config": {
            "kv_cache_prediction_granularity": 32, "prediction_max_batch_size": 7, "prediction_max_tokens_per_request": 8,
            "prediction_max_prefill_chunk_size": 9, "attention_decode_batching_overhead_fraction": 0.3,
            "nccl_cpu_launch_overhead_ms": 0.5, "skip_cpu_overhead_modeling": true, "num_estimators": [250, 500]
          }
        }
        """;

    private const string Requests = "arrived_at,num_prefill_tokens,num_decode_tokens\n0,4,3\n0,4,4\n0,4,2\n";

    /// <summary>Times since arrival, as request_metrics.csv has them.</summary>
    private const string Metrics =
        "Request Id,request_e2e_time,request_scheduling_delay,prefill_e2e_time,request_num_restarts\n2,4,0,1,1\n0,3,0,1,0\n1,5,0,1,1\n";

    private TestFolder _folder = null!;

    [SetUp]
    public void Create()
    {
        _folder = new TestFolder();
        string[] operators = ["attn_pre_proj", "attn_post_proj", "attn_rope", "attn_kv_cache_save", "input_layernorm", "mlp_up_proj",
            "mlp_act", "mlp_down_proj", "post_attention_layernorm"];
        string zeros = string.Concat(operators.Select(_ => ",0"));
        _folder.Write("tables/tokens.csv",
            $"num_tokens,{string.Join(',', operators)},add\n" + string.Concat(Enumerable.Range(1, 16).Select(i => $"{i}{zeros},500\n")));
        _folder.Write("tables/decode.csv",
            "batch_size,kv_cache_size,prediction\n" + string.Concat(Enumerable.Range(1, 3).Select(i => $"{i},64,0\n{i},32,0\n")));
        _folder.Write("tables/prefill.csv",
            "kv_cache_size,prefill_chunk_size_squared,prediction\n" + string.Concat(Enumerable.Range(1, 16).Select(i => $"0,{i * i},0\n")));
    }

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public void Load_vidurs_json_finds_every_setting()
    {
        WriteCase("open/one", VidurJson, Requests, Metrics);
        VidurConfig config = VidurCase.Load(Case("one")).Config;
        Assert.That(config, Is.EqualTo(new VidurConfig
        {
            Model = new VidurModel("micro", 2, 8, 16, 4, 4, Gated: false, PostAttentionNorm: false),
            DeviceMemoryGib = 45,
            DeviceTflops = 150,
            MemoryMargin = 0.2,
            MaxTokens = 16,
            BlockTokens = 4,
            Blocks = 4,
            Watermark = 0.02,
            Routing = VidurRouting.LeastOutstanding,
            Scheduler = VidurScheduler.Vllm,
            BatchCap = 64,
            MaxTokensInBatch = 100,
            Timing = new VidurTiming { KvGranularity = 32, DecodeBatchingOverhead = 0.3, NcclLaunchMs = 0.5 },
        }));
    }

    [Test]
    public void Comparison_of_the_hand_made_run_passes_without_error()
    {
        WriteCase("open/one", VidurJson, Requests, Metrics);
        _folder.Write("open/one/batch_metrics.csv", "Batch Id,batch_size\n0,3\n1,2\n2,1\n3,2\n4,1\n");
        VidurComparison comparison = VidurComparison.Of(Case("one"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(comparison.Rows.Select(row => row.What), Is.EqualTo(new[]
            {
                "requests finished", "first scheduled (s)", "first token (s)", "finish (s)", "restarts", "iterations",
            }));
            Assert.That(comparison.Rows.Select(row => row.Error), Is.All.Zero);
            Assert.That(comparison.Rows.Select(row => row.Pass), Is.All.True);
            Assert.That((comparison.Case, comparison.Requests, comparison.MismatchingRequests), Is.EqualTo(("one", 3, 0)));
        }
    }

    [Test]
    public void Comparison_of_other_results_says_how_far_off_and_fails()
    {
        WriteCase("open/one", VidurJson, Requests, Metrics.Replace("2,4,0,1,1", "2,4.5,0,1,2", StringComparison.Ordinal));
        VidurComparison comparison = VidurComparison.Of(Case("one"));
        VidurComparisonRow finish = comparison.Rows.Single(row => row.What == "finish (s)");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((finish.Reference, finish.Ours, finish.Error, finish.Pass), Is.EqualTo((4.5, 4.0, 0.5, false)));
            Assert.That(comparison.Rows.Single(row => row.What == "restarts").Error, Is.EqualTo(1));
            Assert.That((comparison.Pass, comparison.MismatchingRequests), Is.EqualTo((false, 1)));
        }
    }

    [Test]
    public void Load_hand_written_names_and_absolute_times_read_alike()
    {
        WriteCase(
            "open/two",
            """{"scheduler": "vLLM", "model": {"name": "micro", "num_layers": 2, "hidden": 8, "ffn": 16, "q_heads": 4, "kv_heads": 4}, "block_tokens": 4, "blocks": 4, "max_tokens": 16, "iterations": 5}""",
            "id,arrival_s,prompt_tokens,output_tokens\n7,0,4,3\n8,0,4,4\n9,0,4,2\n",
            "id,first_scheduled_s,first_token_s,finish_s,restarts,iterations\n7,0,1,3,0,3\n8,0,1,5,1,4\n9,0,1,4,1,2\n");
        VidurComparison comparison = VidurComparison.Of(Case("two"));
        Assert.That((comparison.Rows.Count, comparison.Pass), Is.EqualTo((7, true)), string.Join('\n', comparison.Rows));
    }

    [Test]
    public void Load_command_line_reads_flat_names_of_the_scheduler_in_use()
    {
        WriteCase("open/three", """
            {"command": "python -m vidur.main --replica_config_model_name meta-llama/Llama-2-70b-hf --replica_config_device h100 --replica_config_tensor_parallel_size 4 --cluster_config_num_replicas 2 --global_scheduler_config_type round_robin --replica_scheduler_config_type sarathi --vllm_scheduler_config_batch_size_cap 7 --sarathi_scheduler_config_batch_size_cap 32 --sarathi_scheduler_config_chunk_size 256 --request_generator_config_type trace_replay --trace_request_generator_config_max_tokens 2048 --zipf_request_length_generator_config_max_tokens 3"}
            """, Requests, Metrics);
        _folder.Write("tables/all_reduce.csv", "num_tokens,all_reduce\n8,1\n");
        VidurConfig config = VidurCase.Load(Case("three")).Config;
        Assert.That(
            (config.Model.Name, config.TensorParallel, config.Replicas, config.BatchCap, config.ChunkTokens, config.MaxTokens,
                config.Blocks),
            Is.EqualTo(("meta-llama/Llama-2-70b-hf", 4, 2, 32, 256, 2048, (int?)null)));
    }

    [Test]
    public void Load_yaml_reads_nested_maps()
    {
        _folder.Write("open/four/config.yml",
            "replica_scheduler:\n  name: orca # whole prompts\n  block_size: 8\nmodel_name: "
                + "'codellama/CodeLlama-34b-Instruct-hf'\nmax_tokens: 512\n");
        _folder.Write("open/four/requests.csv", Requests);
        _folder.Write("open/four/request_metrics.csv", Metrics);
        _folder.Write("open/four/config.json", """{"replica_scheduler": "orca"}""");
        VidurConfig config = VidurCase.Load(Case("four")).Config;
        Assert.That((config.Scheduler, config.BlockTokens, config.MaxTokens, config.Model.Layers),
            Is.EqualTo((VidurScheduler.Orca, 8, 512, 48)));
    }

    /// <summary>Cases of requests and results only, their settings in one list beside them; times in milliseconds.</summary>
    [Test]
    public void Load_settings_in_a_list_of_cases_are_found_by_name()
    {
        _folder.Write("open/cases.json", """
            {"cases": [{"name": "other", "scheduler": "orca", "model": "phi-2"},
              {"name": "five", "scheduler": "vllm", "block_size": 4, "blocks": 4, "max_tokens": 16, "tables_of": "tables",
               "model": {"name": "micro", "num_layers": 2, "hidden": 8, "ffn": 16, "q_heads": 4, "kv_heads": 4}}]}
            """);
        _folder.Write("open/five/requests.csv", Requests);
        _folder.Write("open/five/expected.csv",
            "id,t_first_sched_ms,t_first_token_ms,t_finish_ms\n0,0,1000,3000\n1,0,1000,5000\n2,0,1000,4000\n");
        VidurComparison comparison = VidurComparison.Of(Case("five"));
        Assert.That((comparison.Rows.Count, comparison.Pass), Is.EqualTo((4, true)), string.Join('\n', comparison.Rows));
    }

    [Test]
    public void Load_requests_longer_than_the_limit_cuts_prompts_as_a_replay_does()
    {
        WriteCase("open/one", VidurJson, "arrived_at,num_prefill_tokens,num_decode_tokens\n0,40,3\n0,4,4\n0,4,2\n", Metrics);
        Assert.That(VidurCase.Load(Case("one")).Requests[0], Is.EqualTo(new VidurArrival(0, 13, 3)));
    }

    [Test]
    public void Load_without_results_says_what_is_there()
    {
        WriteCase("open/one", VidurJson, Requests, "a,b\n1,2\n");
        string message = Assert.Throws<InputException>(() => VidurCase.Load(Case("one")))!.Message;
        Assert.That(message,
            Does.Contain("found config.json, request_metrics.csv (a,b), requests.csv (arrived_at,num_prefill_tokens,num_decode_tokens)"));
    }

    [Test]
    public void Load_without_a_scheduler_says_which_settings_there_are()
    {
        WriteCase("open/one", """{"model": "micro", "tp": 1}""", Requests, Metrics);
        string message = Assert.Throws<InputException>(() => VidurCase.Load(Case("one")))!.Message;
        Assert.That(message, Does.EndWith("expected a replica scheduler (replica_scheduler_config_type or scheduler), found model, tp"));
    }

    [Test]
    public void Load_results_of_other_requests_says_which_id()
    {
        WriteCase("open/one", VidurJson, Requests, Metrics.Replace("\n2,", "\n9,", StringComparison.Ordinal));
        string message = Assert.Throws<InputException>(() => VidurCase.Load(Case("one")))!.Message;
        Assert.That(message, Does.EndWith("request_metrics.csv:2: expected the id of one of 3 requests in column Request Id, found '9'"));
    }

    private string Case(string name) => Path.Combine(_folder.Path, "open", name);

    private void WriteCase(string name, string json, string requests, string metrics)
    {
        _folder.Write($"{name}/config.json", json);
        _folder.Write($"{name}/requests.csv", requests);
        _folder.Write($"{name}/request_metrics.csv", metrics);
    }
}
