using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Timing.Tables;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Timing.Tables;

/// <summary>Columns and units of every layout, and what is said about a faulty one.</summary>
[TestFixture]
internal sealed class TableReaderTests
{
    private ScratchFolder _folder = null!;

    [SetUp]
    public void Make() => _folder = new ScratchFolder();

    [TearDown]
    public void Remove() => _folder.Dispose();

    private OperatorTables Read(int degree = 1) => OperatorTablesReader.Read(_folder.Path, TableFixtures.Model.ForRank(degree));

    private string Fault(int degree = 1) =>
        Assert.Throws<InputException>(() => Read(degree))!.Message.Replace(_folder.Path + "/", "", StringComparison.Ordinal);

    [Test]
    public void Vidur_mlp_milliseconds_sorted_medians_residual_twice()
    {
        _folder.File("mlp.csv", TableFixtures.Mlp());
        OperatorTables tables = Read();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tables.Kind, Is.EqualTo("vidur"));
            Assert.That(tables.Qkv!.Points, Is.EqualTo(new double[] { 1, 8, 64, 512 }));
            Assert.That(tables.Up!.At(64), Is.EqualTo(16.4).Within(1e-9));
            // Two norms, rotary, activation and the residual addition twice: six times 16.4 us.
            Assert.That(tables.Elementwise!.At(64), Is.EqualTo(6 * 16.4).Within(1e-9));
            Assert.That(tables.Notes, Is.EqualTo(new[] { "mlp.csv: 2 repeated token counts became their median" }));
        }
    }

    [Test]
    public void Vidur_missing_operator_is_named()
    {
        _folder.File("mlp.csv", TableFixtures.Mlp(operators: [.. TableFixtures.MlpOperators.Where(name => name != "mlp_down_proj")]));
        Assert.That(Fault(), Does.StartWith("mlp.csv: missing operator or column time_stats.mlp_down_proj.median; the table has "));
    }

    [TestCase(1000.0, "1.01e+04")]
    [TestCase(0.001, "0.0101")]
    public void Vidur_wrong_unit_says_off_by1000(double scale, string found)
    {
        _folder.File("mlp.csv", TableFixtures.Mlp(scale));
        Assert.That(Fault(),
            Is.EqualTo(
                $"mlp.csv: values look off by 1000: read as milliseconds, the fastest operator takes {found} us; expected 0.2 to 1000 us"));
    }

    [Test]
    public void Vidur_degree_not_measured_lists_those_that_were()
    {
        _folder.File("mlp.csv", TableFixtures.Mlp(degree: 4));
        Assert.That(Fault(2), Is.EqualTo("mlp.csv: tensor parallel 2 was not measured; available: 4"));
    }

    [Test]
    public void Vidur_other_model_is_refused()
    {
        _folder.File("mlp.csv", TableFixtures.Mlp(hidden: 4096));
        Assert.That(Fault(), Is.EqualTo("mlp.csv:2: expected tables of tiny (n_embd 256), found n_embd 4096"));
    }

    [Test]
    public void Vidur_ungated_table_is_not_a_gated_models()
    {
        _folder.File("mlp.csv", TableFixtures.Mlp(gated: false));
        Assert.That(Fault(), Is.EqualTo("mlp.csv:2: expected tables of tiny (use_gated_mlp True), found use_gated_mlp False"));
    }

    [Test]
    public void Vidur_attention_cached_tokens_are_one_less_than_the_length()
    {
        _folder.File("attention.csv", """
            time_stats.attn_prefill.median,time_stats.attn_decode.median,n_q_head,n_kv_head,num_tensor_parallel_workers,batch_size,prefill_chunk_size,kv_cache_size,is_prefill
            0.0,0.02,4,2,1,8,0,127,False
            0.03,0.0,4,2,1,1,64,128,True
            0.09,0.0,4,2,1,2,64,128,True

            """);
        OperatorTables tables = Read();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tables.Decode!.At(8, 128), Is.EqualTo(20).Within(1e-9));
            Assert.That(tables.Decode.CurveOf(0).First, Is.EqualTo(128));
            // Rows of two prompts are not one chunk's time.
            Assert.That(tables.Prefill!.At(64, 128), Is.EqualTo(30).Within(1e-9));
        }
    }

    [Test]
    public void Vidur_all_reduce_bytes_of_one_node_without_glitches()
    {
        _folder.File("all_reduce.csv", """
            time_stats.all_reduce.median,rank,num_workers,size,devices_per_node
            0.0056,0,2,2048,2
            0.0148,0,2,4096,2
            0.0063,0,2,8192,2
            0.0900,0,2,8192,1
            0.0070,1,2,16384,2

            """);
        OperatorTables tables = Read(2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tables.AllReduce!.Points, Is.EqualTo(new double[] { 2048, 8192, 16_384 }));
            Assert.That(tables.AllReduce.At(8192), Is.EqualTo(6.3).Within(1e-9));
            Assert.That(tables.Notes, Has.One.Contains("slower by 40 %"));
            Assert.That(Fault(4), Is.EqualTo("all_reduce.csv: 4 workers on one node were not measured; available: 2"));
        }
    }

    [Test]
    public void Serving_sim_folder_norm_twice_and_mixed_apart()
    {
        TableFixtures.ServingSim(_folder);
        OperatorTables tables = Read();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tables.Kind, Is.EqualTo("llmservingsim"));
            Assert.That(tables.Elementwise!.At(8), Is.EqualTo(4 * 11.0).Within(1e-9));
            Assert.That(tables.Decode!.At(4, 128), Is.EqualTo(TableFixtures.Decode(4, 128)));
            Assert.That(tables.Prefill!.At(64, 256), Is.EqualTo(TableFixtures.Prefill(64, 256)));
            Assert.That(tables.Mixed!.At(64, 256, 4, 128), Is.EqualTo(TableFixtures.Prefill(64, 256) + 2 * TableFixtures.Decode(4, 128)));
        }
    }

    [Test]
    public void Serving_sim_missing_layer_is_named()
    {
        TableFixtures.ServingSim(_folder);
        string dense = File.ReadAllText(_folder.In("dense.csv"));
        _folder.File("dense.csv", string.Join('\n', dense.Split('\n').Where(line => !line.StartsWith("o_proj", StringComparison.Ordinal))));
        Assert.That(Fault(), Does.StartWith("dense.csv: missing operator o_proj; the table has act_fn, down_proj"));
    }

    [Test]
    public void Serving_sim_degree_folders_enters_the_wanted_one()
    {
        Directory.CreateDirectory(_folder.In("tp1"));
        Directory.CreateDirectory(_folder.In("tp4"));
        string message = Assert.Throws<InputException>(() => Read(2))!.Message;
        Assert.That(message, Does.EndWith("tensor parallel 2 was not measured; available: 1, 4"));
    }

    [Test]
    public void Skew_shares_are_what_the_rows_say()
    {
        TableFixtures.ServingSim(_folder);
        _folder.File("skew.csv", """
            regime,n,t_mean_us,t_max_us,t_skew_us
            pure,4,100,200,110
            pure,16,100,200,90
            mixed,4,100,200,150

            """);
        SkewShares shares = Read().Skew!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shares.Pure.At(4), Is.EqualTo(0.1).Within(1e-12));
            Assert.That(shares.Pure.At(16), Is.Zero, "never below the mean");
            Assert.That(shares.Mixed.At(4), Is.EqualTo(0.5).Within(1e-12));
        }
    }

    [Test]
    public void Configurator_folder_shapes_heads_and_lengths()
    {
        _folder.File("gemm_bf16.csv", Gemm());
        _folder.File("attn_decode.csv",
            "batch,new_tokens,cached,q_heads,kv_heads,kv_dtype,latency_us\n8,1,127,4,2,bfloat16,21\n8,1,127,4,2,fp8,11\n8,1,127,8,2,bfloat16,31\n");
        _folder.File("attn_prefill.csv",
            "batch,new_tokens,cached,q_heads,kv_heads,kv_dtype,latency_us\n1,64,0,4,2,bfloat16,25\n2,64,0,4,2,bfloat16,45\n");
        OperatorTables tables = Read();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tables.Decode!.At(8, 128), Is.EqualTo(21));
            Assert.That(tables.Prefill!.At(64, 0), Is.EqualTo(25));
            // QKV is n 512, k 256: a corner. Up is n 1024, k 256: a corner. Output is n 256, k 256.
            Assert.That(tables.Qkv!.At(8), Is.EqualTo(10 + 512 / 256.0).Within(1e-9));
            Assert.That(tables.Down!.At(8), Is.EqualTo(10 + 256 / 256.0 + 1).Within(1e-9));
        }
    }

    [Test]
    public void Configurator_heads_not_measured_says_so()
    {
        _folder.File("attn_decode.csv", "batch,new_tokens,cached,q_heads,kv_heads,latency_us\n8,1,127,8,2,21\n");
        Assert.That(Fault(),
            Is.EqualTo("attn_decode.csv: missing operator: attention of 4 query and 2 KV heads was not measured (1 other pairs were)"));
    }

    [TestCase("bytes", 4096)]
    [TestCase("message_size", 8192)]
    public void Configurator_message_size_counts_elements(string column, double bytes)
    {
        _folder.File("gemm_bf16.csv", Gemm());
        _folder.File("allreduce.csv", $"num_gpus,mode,{column},latency_us\n2,graph,4096,7\n2,eager,4096,30\n");
        Assert.That(ConfiguratorTables.ReadAllReduce(MeasuredCsv.Read(_folder.In("allreduce.csv")), 2, "graph", []).Points,
            Is.EqualTo(new[] { bytes }));
    }

    [Test]
    public void Configurator_milliseconds_are_read()
    {
        _folder.File("allreduce.csv", "num_gpus,bytes,latency_ms\n2,4096,0.007\n");
        Assert.That(ConfiguratorTables.ReadAllReduce(MeasuredCsv.Read(_folder.In("allreduce.csv")), 2, "graph", []).At(4096),
            Is.EqualTo(7).Within(1e-9));
    }

    [Test]
    public void Flat_folder_reads_every_operator()
    {
        _folder.File("operators.csv", "operator,tp,x,y,time_us\nqkv_proj,1,8,0,11\nattn_decode,1,4,128,28\nqkv_proj,2,8,0,6\n");
        OperatorTables tables = Read();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(tables.Kind, Is.EqualTo("flat"));
            Assert.That(tables.Qkv!.At(8), Is.EqualTo(11));
            Assert.That(tables.Decode!.At(4, 128), Is.EqualTo(28));
            Assert.That(Fault(4), Is.EqualTo("operators.csv: tensor parallel 4 was not measured; available: 1, 2"));
        }
    }

    [Test]
    public void Flat_unknown_operator_names_line_and_known_ones()
    {
        _folder.File("operators.csv", "operator,tp,x,y,time_us\nqkv,1,8,0,11\n");
        Assert.That(Fault(), Does.StartWith("operators.csv:2: expected an operator (qkv_proj, o_proj"));
    }

    [Test]
    public void Folder_of_no_known_layout_says_what_is_there()
    {
        _folder.File("notes.txt", "");
        Assert.That(Fault(), Does.EndWith("expected mlp.csv, dense.csv, gemm_bf16.csv or operators.csv (plain or .gz), found notes.txt"));
    }

    [Test]
    public void Folder_absent_says_so() => Assert.That(
        Assert.Throws<InputException>(() => OperatorTablesReader.Read("/nowhere", TableFixtures.Model.ForRank(1)))!.Message,
        Is.EqualTo("/nowhere: no such folder of measured tables"));

    /// <summary>Products on a grid of n and k: <c>10 + n / 256 + (k - 256) / 256</c> us whatever m.</summary>
    private static string Gemm()
    {
        List<string> lines = ["m,n,k,latency_us"];
        foreach (int m in (int[])[1, 8, 64])
        {
            foreach (int n in (int[])[256, 512, 1024])
            {
                foreach (int k in (int[])[256, 512])
                    lines.Add(FormattableString.Invariant($"{m},{n},{k},{10 + n / 256.0 + (k - 256) / 256.0}"));
            }
        }
        return string.Join('\n', lines) + "\n";
    }
}
