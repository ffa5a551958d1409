using ELLM.Sim.Compat.Vidur;
using ELLM.Sim.Compat.Vidur.Tables;
using ELLM.Sim.Tests.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Compat.Vidur;

[TestFixture]
public sealed class VidurTableTests
{
    private const string Wide = """
        num_tokens,attn_pre_proj,attn_post_proj,attn_rope,attn_kv_cache_save,input_layernorm,mlp_up_proj,mlp_act,mlp_down_proj,post_attention_layernorm,add
        1,1,1,1,0.5,1,1,1,1,1,1
        8,2,3,4,5,6,7,8,9,10,11
        """;

    private TestFolder _folder = null!;

    [SetUp]
    public void Create() => _folder = new TestFolder();

    [TearDown]
    public void Delete() => _folder.Dispose();

    [Test]
    public void Read_wide_and_attention_finds_every_key()
    {
        _folder.Write("tokens.csv", Wide);
        _folder.Write("decode.csv", "batch_size,kv_cache_size,prediction\n2,64,0.25\n");
        _folder.Write("prefill.csv", "kv_cache_size,prefill_chunk_size_squared,prediction\n0,16,0.75\n");
        IOperatorTable table = OperatorTables.Read(_folder.Path, Single);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(table.Milliseconds(VidurOperator.AttentionPreProjection, 8), Is.EqualTo(2));
            Assert.That(table.Milliseconds(VidurOperator.KvCacheSave, 1), Is.EqualTo(0.5));
            Assert.That(table.Milliseconds(VidurOperator.MlpUp, 8), Is.EqualTo(7));
            Assert.That(table.Milliseconds(VidurOperator.MlpDown, 8), Is.EqualTo(9));
            Assert.That(table.Milliseconds(VidurOperator.PostAttentionNorm, 8), Is.EqualTo(10));
            Assert.That(table.Milliseconds(VidurOperator.Add, 8), Is.EqualTo(11));
            Assert.That(table.DecodeAttention(2, 64), Is.EqualTo(0.25));
            Assert.That(table.PrefillAttention(0, 16), Is.EqualTo(0.75));
        }
    }

    /// <summary>As Vidur's cache names them: operator, hash, and what it is.</summary>
    [Test]
    public void Read_a_file_an_operator_takes_the_name_from_the_file()
    {
        foreach (string op in (string[])["attn_pre_proj", "attn_post_proj", "attn_rope", "attn_kv_cache_save", "input_layernorm",
            "mlp_up_proj", "mlp_act", "mlp_down_proj", "post_attention_layernorm", "add"])
            _folder.Write($"{op}_0a1b2c3d_predictions.csv", $"num_tokens,prediction\n8,{op.Length}\n");
        _folder.Write("attn_decode_0a1b2c3d_predictions.csv", "batch_size,kv_cache_size,prediction\n1,0,3\n");
        _folder.Write("attn_prefill_0a1b2c3d_predictions.csv.gz",
            Load.Gzip("kv_cache_size,prefill_chunk_size_squared,prediction\n64,9,4\n"));
        IOperatorTable table = OperatorTables.Read(_folder.Path, Single);
        Assert.That(
            (table.Milliseconds(VidurOperator.PostAttentionNorm, 8), table.Milliseconds(VidurOperator.Add, 8), table.DecodeAttention(1, 0),
                table.PrefillAttention(64, 9)),
            Is.EqualTo((24.0, 3.0, 3.0, 4.0)));
    }

    [Test]
    public void Read_an_operator_a_row_with_units()
    {
        string[] operators = ["pre_proj", "post_proj", "rope", "kv_save", "norm1", "up_proj", "act", "down_proj", "norm2", "add"];
        _folder.Write("table.csv", "op,num_tokens,batch,kv,chunk,time_us\n" + string.Concat(operators.Select(op => $"{op},8,0,0,0,2000\n"))
            + "attn_decode,0,3,64,0,500\nattn_prefill,0,0,128,5,250\n");
        IOperatorTable table = OperatorTables.Read(_folder.Path, Single);
        Assert.That(
            (table.Milliseconds(VidurOperator.MlpActivation, 8), table.DecodeAttention(3, 64), table.PrefillAttention(128, 25)),
            Is.EqualTo((2.0, 0.5, 0.25)));
    }

    [Test]
    public void Read_operators_missing_names_them()
    {
        _folder.Write("tokens.csv", Wide.Replace(",add", ",other", StringComparison.Ordinal));
        string message = Error(() => OperatorTables.Read(_folder.Path, Single with { TensorParallel = 2 }));
        Assert.That(message,
            Does.Contain("expected tables of add, all_reduce, attn_decode, attn_prefill beside what was found: tokens.csv"));
    }

    [TestCase("num_tokens,add\n8,-1\n", "tokens.csv:2: expected a time of zero or more in column add, found '-1'")]
    [TestCase("num_tokens,add\n8,nan\n", "tokens.csv:2: expected a number in column add, found 'nan'")]
    [TestCase("num_tokens,add\n8.5,1\n", "tokens.csv:2: expected a whole number in column num_tokens, found '8.5'")]
    [TestCase("num_tokens,add\n8,1,2\n", "tokens.csv:2: expected 2 fields, found 3")]
    public void Read_bad_row_says_file_line_and_value(string text, string expected)
    {
        _folder.Write("tokens.csv", text);
        Assert.That(Error(() => OperatorTables.Read(_folder.Path, Single)), Does.EndWith(expected));
    }

    [Test]
    public void Read_large_file_pointer_says_so()
    {
        _folder.Write("mlp.csv", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
        Assert.That(Error(() => OperatorTables.Read(_folder.Path, Single)),
            Does.EndWith("mlp.csv: expected a CSV file, found a Git LFS pointer to one"));
    }

    [Test]
    public void Choose_among_folders_takes_model_and_degrees()
    {
        foreach (string name in (string[])["Llama-2-7b-hf_a100_tp1", "Llama-2-7b-hf_a100_tp2", "Meta-Llama-3-8B_a100_tp1",
            "Llama-2-7b-hf_a100_tp1_orca"])
        {
            _folder.Write($"{name}/tokens.csv", Wide);
            _folder.Write($"{name}/attn.csv", "batch,kv,chunk,time\n1,0,0,1\n1,0,1,1\n");
            _folder.Write($"{name}/all_reduce.csv", $"num_tokens,all_reduce\n8,{name.Length}\n");
        }
        VidurConfig llama = Single with { Model = VidurCatalog.Model("Llama-2-7b") };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(OperatorTables.Read(_folder.Path, llama with { TensorParallel = 2 }).Milliseconds(VidurOperator.AllReduce, 8),
                Is.EqualTo(22));
            Assert.That(NameOf(OperatorTables.Read(_folder.Path, llama)), Does.EndWith("_tp1"));
            Assert.That(NameOf(OperatorTables.Read(_folder.Path, llama with { Scheduler = VidurScheduler.Orca })), Does.EndWith("_orca"));
            Assert.That(NameOf(OperatorTables.Read(_folder.Path, Single, ["elsewhere/Meta-Llama-3-8B_a100_tp1"])),
                Does.EndWith("8B_a100_tp1"));
            Assert.That(Error(() => OperatorTables.Read(_folder.Path, llama with { TensorParallel = 4 })),
                Does.Contain("none fits of Llama-2-7b-hf_a100_tp1,"));
        }
    }

    /// <summary>One file a configuration: the other model's and the other degree's are left alone, what names none belongs to
    /// all.</summary>
    [Test]
    public void Choose_among_files_takes_model_and_degrees()
    {
        string attention = "attn_decode,1,0,1\nattn_prefill,0,1,1\n";
        string All(double ms) =>
            "op,key1,key2,ms\n" + string.Concat(
                ((string[])["pre_proj", "post_proj", "rope", "kv_save", "norm1", "up", "act", "down", "norm2", "add"])
                .Select(op => FormattableString.Invariant($"{op},8,,{ms}\n"))) + attention;
        _folder.Write("llama-2-7b_tp1.csv", All(1));
        _folder.Write("llama-2-7b_tp2.csv", All(2));
        _folder.Write("llama-3-8b_tp1.csv", All(3));
        _folder.Write("all_reduce.csv", "num_tokens,ms\n8,9\n");
        VidurConfig llama = Single with { Model = VidurCatalog.Model("Llama-2-7b") };
        IOperatorTable two = OperatorTables.Read(_folder.Path, llama with { TensorParallel = 2 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(two.Milliseconds(VidurOperator.Rope, 8), Is.EqualTo(2));
            Assert.That(two.Milliseconds(VidurOperator.AllReduce, 8), Is.EqualTo(9));
            Assert.That(two.PrefillAttention(0, 1), Is.EqualTo(1));
            Assert.That(OperatorTables.Read(_folder.Path, llama, ["llama-3-8b_tp1"]).Milliseconds(VidurOperator.Rope, 8), Is.EqualTo(3));
        }
    }

    [Test]
    public void Read_the_same_operator_twice_says_where()
    {
        _folder.Write("a.csv", Wide);
        _folder.Write("b.csv", Wide);
        Assert.That(Error(() => OperatorTables.Read(_folder.Path, Single)),
            Does.EndWith("expected one table of attn_pre_proj, found another in b.csv"));
    }

    [Test]
    public void Read_attention_as_matrices()
    {
        _folder.Write("tokens.csv", Wide);
        _folder.Write("attn_decode.csv", "batch,0,64\n1,1,2\n2,3,4\n");
        _folder.Write("attn_prefill.csv", "kv,1,2\n0,5,6\n64,7,8\n");
        IOperatorTable table = OperatorTables.Read(_folder.Path, Single);
        Assert.That(
            (table.DecodeAttention(2, 64), table.DecodeAttention(1, 64), table.PrefillAttention(64, 1), table.PrefillAttention(0, 4)),
            Is.EqualTo((4.0, 2.0, 7.0, 6.0)));
    }

    /// <summary>The nearest key of each variable, the lower of two as near.</summary>
    [Test]
    public void Missing_key_extended_takes_the_nearest()
    {
        OperatorTable table = new("t", VidurMissingKey.Extend);
        table.Set(VidurOperator.Add, 8, 1);
        table.Set(VidurOperator.Add, 16, 2);
        table.SetDecode(4, 64, 3);
        table.SetDecode(4, 128, 4);
        Assert.That(
            (table.Milliseconds(VidurOperator.Add, 12), table.Milliseconds(VidurOperator.Add, 13),
                table.Milliseconds(VidurOperator.Add, 9999), table.DecodeAttention(9, 100)),
            Is.EqualTo((1.0, 2.0, 2.0, 4.0)));
    }

    [Test]
    public void Missing_key_refused_says_what_there_is()
    {
        OperatorTable table = new("t");
        table.SetDecode(4, 64, 3);
        table.SetDecode(5, 0, 3);
        Assert.That(Error(() => table.DecodeAttention(4, 4160)),
            Is.EqualTo("t: attn_decode has no time for batch 4, kv 4160 (it has 2: batch 4 to 5, kv 0 to 64)"));
    }

    [TestCase(true, 3.0)]
    [TestCase(false, 5.0)]
    public void Profile_between_points_a_line_beyond_them_flat_or_on(bool flat, double beyond)
    {
        WriteProfile();
        VidurConfig config =
            Single with { TensorParallel = 2, PipelineStages = 2, BlockTokens = 16, Quirks = new VidurQuirks { FlatBeyondProfile = flat } };
        IOperatorTable table = OperatorTables.Read(_folder.Path, config);
        using (Assert.EnterMultipleScope())
        {
            // Measured 1 at 8 and, twice, 2 and 4 at 24.
            Assert.That(table.Milliseconds(VidurOperator.MlpUp, 16), Is.EqualTo(2));
            Assert.That(table.Milliseconds(VidurOperator.MlpUp, 40), Is.EqualTo(beyond));
            Assert.That(table.Milliseconds(VidurOperator.PostAttentionNorm, 8), Is.Zero);
            // 256 bytes are 16 tokens of 8 values of 2 bytes.
            Assert.That(table.Milliseconds(VidurOperator.AllReduce, 16), Is.EqualTo(7));
            Assert.That(table.Milliseconds(VidurOperator.SendReceive, 16), Is.EqualTo(9));
            Assert.That(table.DecodeAttention(3, 32), Is.EqualTo((1 + 2 + 3 + 4) / 4.0));
            Assert.That(table.PrefillAttention(0, 16), Is.EqualTo(5));
            Assert.That(table.Milliseconds(VidurOperator.KvCacheSave, 4), Is.EqualTo(0.5));
        }
    }

    [Test]
    public void Profile_no_rows_for_the_degree_says_which_were_wanted()
    {
        WriteProfile();
        Assert.That(
            Error(() => OperatorTables.Read(_folder.Path, Single with { TensorParallel = 4 })),
            Does.EndWith(
                "expected rows for micro (n_head=4, n_kv_head=4, n_embd=8, n_expanded_embd=16, num_tensor_parallel_workers=4), found none"));
    }

    private static VidurConfig Single { get; } = Micro.Config(VidurScheduler.Vllm, 16);

    private static string NameOf(IOperatorTable table) => ((OperatorTable)table).Name;

    private static string Error(Action act) => Assert.Throws<InputException>(act)!.Message;

    private void WriteProfile()
    {
        string[] operators = ["attn_pre_proj", "attn_post_proj", "attn_rope", "input_layernorm", "mlp_up_proj", "mlp_act", "mlp_down_proj",
            "add"];
        string header =
            string.Join(',',
                operators.Select(op => $"time_stats.{op}.median"))
                + ",time_stats.post_attention_layernorm.median,n_head,n_kv_head,n_embd,n_expanded_embd,num_tokens,num_tensor_parallel_workers\n";
        string Row(double ms, int tokens, int tp) => string.Join(',', operators.Select(_ => ms)) + $",,4,4,8,16,{tokens},{tp}\n";
        _folder.Write("mlp.csv", header + Row(4, 24, 2) + Row(1, 8, 2) + Row(2, 24, 2) + Row(99, 8, 1));
        _folder.Write("all_reduce.csv", "time_stats.all_reduce.median,num_workers,size,devices_per_node\n7,2,256,2\n99,4,256,4\n");
        _folder.Write("send_recv.csv", "time_stats.send_recv.median,num_workers,size,devices_per_node\n9,2,256,2\n99,2,256,1\n");
        string keys = "n_embd,n_q_head,n_kv_head,block_size,num_tensor_parallel_workers,batch_size,prefill_chunk_size,kv_cache_size";
        string Attention(double save, double prefill, double decode, int batch, int chunk, int kv) =>
            $"{save},{prefill},{decode},8,4,4,16,2,{batch},{chunk},{kv}\n";
        _folder.Write("attention.csv",
            $"time_stats.attn_kv_cache_save.median,time_stats.attn_prefill.median,time_stats.attn_decode.median,{keys}\n"
            + Attention(0.5, 0, 1, 2, 0, 0) + Attention(0.5, 0, 2, 2, 0, 64) + Attention(0.5, 0, 3, 4, 0, 0) + Attention(0.5, 0, 4, 4, 0,
                64)
            + Attention(0.5, 5, 0, 1, 4, 0));
    }
}
