using ELLM.Sim.Models;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Timing;
using ELLM.Sim.Timing.Kinds;
using FsCheck;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Timing.Kinds;

/// <summary>Iteration times of models whose layers are not all full attention and a dense block.</summary>
internal sealed class KindTimesTests
{
    private static readonly Dictionary<string, AnalyticTimeModel> Models = new()
    {
        ["mixtral-8x7b"] = Time("h100", "mixtral-8x7b", 2),
        ["deepseek-v3"] = Time("h200", "deepseek-v3", 8),
        ["gpt-oss-120b"] = Time("h200", "gpt-oss-120b", 1),
        ["gemma-2-9b"] = Time("h100", "gemma-2-9b", 1),
        ["llama-4-scout"] = Time("h200", "llama-4-scout", 4),
        ["gemma-4-26b-a4b"] = Time("h100", "gemma-4-26b-a4b", 1),
    };

    // Every kind that has times on the device that most of them were measured on.
    [Test]
    public void Every_timed_model_of_the_catalog_answers_positive_times()
    {
        TimingOptions options = new(MaxSequences: 64, MemoTokens: 16);
        List<string> refused = [];
        foreach (string name in ModelCatalog.Names)
        {
            try
            {
                AnalyticTimeModel time = Time("h200", name, 1, options);
                Assert.That(DecodeSums.StepPs(time.Decode(new DecodeBatch(64, 300_000, 9_000)), 300_000, 9_000), Is.Positive, name);
                Assert.That(time.Mixed([new PrefillChunk(2048, 100, true)], new DecodeBatch(32, 32_000, 2_000)), Is.Positive, name);
            }
            catch (InputException)
            {
                refused.Add(name);
            }
        }
        string[] untimed =
        [
            "deepseek-v3.2", "glm-5", "granite-4.0-h-small", "jamba-v0.1", "nemotron-3-nano-30b-a3b", "nemotron-h-8b", "qwen3-next-80b-a3b",
            "qwen3.5-122b-a10b", "qwen3.5-27b", "qwen3.5-35b-a3b", "qwen3.5-397b-a17b",
        ];
        Assert.That(refused, Is.EquivalentTo(untimed));
    }

    private static AnalyticTimeModel Time(string profile, string model, int tp, TimingOptions? options = null) =>
        new(TimingCatalog.Load(profile), ModelCatalog.Load(model), tp, options);

    [FsCheck.NUnit.Property(Replay = "1357924,35", MaxTest = 200)]
    public bool Pieces_sum_to_every_step_alone(PositiveInt which, PositiveInt sequences, PositiveInt mean, PositiveInt spread)
    {
        AnalyticTimeModel time = Models.Values.ElementAt(which.Get % Models.Count);
        int b = (sequences.Get - 1) % 64 + 1;
        long longest = mean.Get % 3000 * 5L + spread.Get;
        long context = longest + (b - 1) * (1 + longest / 2);
        return DecodeSums.OfPieces(time, b, context, longest, 700) == DecodeSums.OfSteps(time, b, context, longest, 700);
    }

    [Test]
    public void A_piece_ends_where_a_window_is_full()
    {
        // Window 4096: 8 sequences of 4000 tokens have 96 steps to go; then attention of those layers is constant.
        AnalyticTimeModel time = Models["gemma-2-9b"];
        DecodeCost before = time.Decode(new DecodeBatch(8, 8 * 4000, 4000));
        DecodeCost after = time.Decode(new DecodeBatch(8, 8 * 4096, 4096));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(before.ValidSteps, Is.EqualTo(96));
            Assert.That(after.ValidSteps, Is.EqualTo(long.MaxValue));
            Assert.That(after.PerContextTokenPs, Is.EqualTo(before.PerContextTokenPs / 2).Within(2));
            Assert.That(
                DecodeSums.StepPs(after, 8 * 4096, 4096), Is.EqualTo(DecodeSums.StepPs(before, 8 * 4096, 4096)),
                    "both pieces agree there");
        }
    }

    [Test]
    public void A_window_as_long_as_any_context_is_full_attention()
    {
        ModelSpec full = ModelCatalog.Load("llama-3.1-8b");
        ModelSpec windows = full with
        {
            Window = new WindowAttention(full.MaxModelLen),
            LayerRuns = [new LayerRun(full.Layers, AttentionKind.Window)]
        };
        TimingProfile profile = TimingCatalog.Load("h100");
        AnalyticTimeModel plain = new(profile, full);
        AnalyticTimeModel windowed = new(profile, windows);
        // The order of sums differs by roundings of picoseconds.
        foreach (int b in (int[])[1, 16, 200])
        {
            DecodeBatch batch = new(b, b * 3000L, 3500);
            Assert.That(
                DecodeSums.StepPs(windowed.Decode(batch), b * 3000L, 3500), Is.EqualTo(DecodeSums.StepPs(plain.Decode(batch),
                    b * 3000L, 3500)).Within(1_000_000L));
            PrefillChunk[] chunks = [new(1024, 512, true)];
            Assert.That(windowed.Mixed(chunks, batch), Is.EqualTo(plain.Mixed(chunks, batch)).Within(1_000_000L));
        }
    }

    [Test]
    public void Experts_take_their_weights_from_memory_when_few_tokens_decode()
    {
        // One token on Mixtral, 2 of 8 experts of 3 x 4096 x 7168 weights a layer and rank,
        // 16 bit: 352 MB at 0.954 of 3.35 TB/s, 110.2 us.
        // Each is a tile of 128 rows, 0.464 of the padding computed: 120 rows at 0.572 of 989 TFLOP/s, 37.3 us. Together with exponent
        // 1.784: 118.9 us, and 41.8 us fixed. Four tokens: 8 experts, four times as much. Both routings agree at one token.
        ModelRank rank = ModelCatalog.Load("mixtral-8x7b").ForRank(2);
        ExpertTimes times = new(TimingCatalog.Load("h100"), rank, NumberFormat.Bits16,
            new TimingOptions { Routing = ExpertRouting.Parse("balanced") });
        ExpertTimes random = new(TimingCatalog.Load("h100"), rank, NumberFormat.Bits16, new TimingOptions());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(times.Us(1), Is.EqualTo(41.8 + 118.9).Within(0.5));
            Assert.That(random.Us(1), Is.EqualTo(times.Us(1)).Within(2));
            Assert.That(times.Us(4), Is.EqualTo(41.8 + 4 * 118.9).Within(1), "all eight experts are read");
            Assert.That(times.Us(64), Is.EqualTo(times.Us(4)).Within(0.1 * times.Us(4)), "and no more than all");
        }
    }

    [Test]
    public void Skewed_routing_reads_fewer_experts_and_is_faster()
    {
        TimingOptions skewed = new() { Routing = ExpertRouting.Parse("power-law:1.2") };
        TimingOptions balanced = new() { Routing = ExpertRouting.Parse("balanced") };
        long Step(TimingOptions options) => Time("h200", "gpt-oss-120b", 1, options).Decode(new DecodeBatch(16, 16_000, 1000)).FixedPs;
        Assert.That(Step(skewed), Is.LessThan(Step(new TimingOptions())).And.LessThan(Step(balanced)));
    }

    [Test]
    public void Latent_decode_is_affine_in_context_at_one_rate_for_all_heads()
    {
        // 61 layers, H200, 16-bit KV, weights fp8-block,
        // 16 heads a rank: 1,152 bytes a token and layer at 0.897 of 4.8 TB/s is 0.2677 ns;
        // the arithmetic (2 x 16 x 1,088 operations at 0.74 of 989 TFLOP/s, 0.048 ns) hides behind it with exponent 8.
        DecodeCost cost = Models["deepseek-v3"].Decode(new DecodeBatch(4, 8000, 2000));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(cost.PerContextTokenPs, Is.EqualTo(61 * 267.7).Within(10));
            Assert.That(cost.PerLongestTokenPs, Is.Zero);
            Assert.That(cost.ValidSteps, Is.EqualTo(long.MaxValue));
        }
    }

    [Test]
    public void A_cached_prefix_costs_latent_prompts_its_expansion_and_its_pairs()
    {
        AnalyticTimeModel time = Models["deepseek-v3"];
        long cold = time.Mixed([new PrefillChunk(1024, 0, true)], default);
        long warm = time.Mixed([new PrefillChunk(1024, 4096, true)], default);
        // Pairs 1,024 x 4,096 and expansion of 4,096 tokens: 2 pairs x 16 x 320 and 2 x 4,096 x 512 x 16 x 256 operations a layer.
        double flops = 61 * (2.0 * 1024 * 4096 * 16 * 320 / 1.141 + 2.0 * 4096 * 512 * 16 * 256 / (2 * 0.4853));
        Assert.That((warm - cold) / 1e6, Is.EqualTo(flops / 989e6).Within(0.02 * flops / 989e6));
    }

    [Test]
    public void One_expert_that_all_tokens_go_to_reads_what_the_dense_model_reads()
    {
        ModelSpec dense = ModelCatalog.Load("llama-3.1-8b");
        ModelRank rank = (dense with { Experts = new ExpertLayer(1, 1, dense.Ffn) }).ForRank(1);
        ExpertTimes times = new(TimingCatalog.Load("h100"), rank, NumberFormat.Bits16, new TimingOptions());
        ExpertLoad load = ExpertRouting.Uniform.Load(1, 1, 1, 77, 128);
        Assert.That((load.Distinct, load.Pairs), Is.EqualTo((1.0, 77.0)));
        // Beside the fixed cost of routing: the time of the same bytes, within the fits' own errors.
        double products = new OperatorTimes(TimingCatalog.Load("h100"), dense.ForRank(1)).DenseProducts(1);
        Assert.That(times.Us(1) - 41.8, Is.EqualTo(products).Within(0.15 * products));
    }

    [Test]
    public void Pipeline_stages_take_the_layers_of_their_place()
    {
        // Three dense layers stand on the first stage: it has as many layers as the second, and less to do.
        ModelSpec model = ModelCatalog.Load("deepseek-v3") with { Layers = 60 };
        StageLayers[] stages = StageLayers.Split(60, 3);
        TimeModelChoice choice = TimeModelCatalog.ParsePipeline(
            "analytic", TimingCatalog.Load("h200"), model, 8, new TimingOptions(), stages, SendReceiveTable.IntraNode);
        PipelineTimeModel pipeline = (PipelineTimeModel)choice.Model;
        DecodeBatch batch = new(8, 8000, 1000);
        Assert.That(pipeline.DecodeOf(0, batch).FixedPs, Is.LessThan(pipeline.DecodeOf(1, batch).FixedPs));
    }

    [Test]
    public void Every_result_names_the_routing() => Assert.That(
        Models["mixtral-8x7b"].Provenance.Parts.Select(part => part.Part), Does.Contain("experts 16bit, routing uniform"));

    [TestCase("a40", "mixtral-8x7b", 1,
        "timing profile a40 has no experts with weights of 16bit; available: none; timing.profile names another")]
    [TestCase("a100", "gpt-oss-20b", 1,
        "timing profile a100 has no experts with weights of mxfp4; available: 16bit; timing.profile names another")]
    [TestCase("a100", "deepseek-v2-lite", 1,
        "timing profile a100 has no latent attention of weights 16bit with 16-bit KV; available: none; timing.profile names another")]
    [TestCase("h100", "qwen3.5-27b", 1, "qwen3.5-27b: 48 layers with gated-delta-net states, whose memory is known but not their time")]
    [TestCase("h100", "jamba-v0.1", 1, "jamba-v0.1: 12 layers with mamba-1 states, whose memory is known but not their time")]
    [TestCase("h100", "deepseek-v3.2", 1,
        "deepseek-v3.2: 3 layers with sparse latent attention, whose memory is known but not their time")]
    [TestCase("h100", "nemotron-3-nano-30b-a3b", 1,
        "nemotron-3-nano-30b-a3b: 23 layers with mamba-2 states, whose memory is known but not their time")]
    public void A_kind_without_times_is_refused_by_name(string profile, string model, int tp, string message) =>
        Assert.That(() => Time(profile, model, tp), Throws.TypeOf<InputException>().With.Message.EqualTo(message));

    [Test]
    public void Tables_of_plain_transformers_refuse_other_models() => Assert.That(
        () => TimeModelCatalog.Parse("table:x", TimingCatalog.Load("h100"), ModelCatalog.Load("mixtral-8x7b"), 2, new TimingOptions()),
        Throws.TypeOf<InputException>().With.Message.EqualTo(
            "mixtral-8x7b: 32 full experts: a table times plain transformers alone; use --time-model analytic"));

    [Test]
    public void A_table_of_experts_is_interpolated_and_goes_on_with_the_formula()
    {
        using ScratchFolder folder = new();
        File.WriteAllText(folder.In("moe_bf16.csv"), """
            hidden,expert_ffn,experts,topk,tp,ep,distribution,kernel,tokens,latency_us
            4096,14336,8,2,2,1,balanced,k,8,500
            4096,14336,8,2,2,1,balanced,k,16,600
            4096,14336,8,2,1,1,balanced,k,8,900
            """);
        ModelRank rank = ModelCatalog.Load("mixtral-8x7b").ForRank(2);
        ExpertTimes Of(string routing) => new(
            TimingCatalog.Load("h100"), rank, NumberFormat.Bits16,
                new TimingOptions { Routing = ExpertRouting.Parse(routing), ExpertTables = folder.Path });
        ExpertTimes formula = new(TimingCatalog.Load("h100"), rank, NumberFormat.Bits16,
            new TimingOptions { Routing = ExpertRouting.Parse("balanced") });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Of("balanced").Us(12), Is.EqualTo(550).Within(1e-9));
            Assert.That(Of("balanced").Us(64), Is.EqualTo(600 * formula.Us(64) / formula.Us(16)).Within(1e-9));
            Assert.That(() => Of("uniform"), Throws.TypeOf<InputException>().With.Message.Contains(
                "routing uniform was not measured for hidden 4096, expert_ffn 14336, experts 8, topk 2, tp 2, ep 1; available: balanced"));
        }
    }
}
