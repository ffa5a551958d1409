using ELLM.Sim.Models;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Models;

/// <summary>Sizes that follow from the layers against those published with the weights.</summary>
internal sealed class PublishedSizeTests
{
    // Billions of parameters, all and active (0: dense), KV bytes of a token at 16 bit in layers that keep all tokens and in those that
    // keep a window, megabytes of state a sequence. Norms and biases are left out of the published sums: 1 %.
    [TestCase("mixtral-8x7b", 46.7, 12.9, 131072, 0, 0)]
    [TestCase("mixtral-8x22b", 140.6, 39.2, 229376, 0, 0)]
    [TestCase("qwen2-7b", 7.6, 0, 57344, 0, 0)]
    [TestCase("qwen2.5-32b", 32.8, 0, 262144, 0, 0)]
    [TestCase("qwen2.5-72b", 72.7, 0, 327680, 0, 0)]
    [TestCase("qwen3-30b-a3b", 30.5, 3.4, 98304, 0, 0)]
    [TestCase("qwen3-235b-a22b", 235.1, 22.2, 192512, 0, 0)]
    [TestCase("qwen3-235b-a22b-fp8", 235.1, 22.2, 192512, 0, 0)]
    [TestCase("qwen3-coder-480b-a35b", 480.2, 35.5, 253952, 0, 0)]
    [TestCase("qwen3-next-80b-a3b", 79.6, 3.8, 24576, 0, 77.3)]
    [TestCase("qwen3.5-27b", 26.9, 0, 65536, 0, 153.9)]
    [TestCase("qwen3.5-35b-a3b", 34.7, 3.5, 20480, 0, 64.4)]
    [TestCase("qwen3.5-122b-a10b", 122.1, 9.8, 24576, 0, 153.6)]
    [TestCase("qwen3.5-397b-a17b", 396.3, 17.3, 30720, 0, 192.1)]
    [TestCase("gemma-2-2b", 2.6, 0, 53248, 53248, 0)]
    [TestCase("gemma-2-9b", 9.2, 0, 172032, 172032, 0)]
    [TestCase("gemma-2-27b", 27.2, 0, 188416, 188416, 0)]
    [TestCase("gemma-3-4b", 3.9, 0, 20480, 118784, 0)]
    [TestCase("gemma-3-12b", 11.8, 0, 65536, 327680, 0)]
    [TestCase("gemma-3-27b", 27.0, 0, 81920, 425984, 0)]
    [TestCase("gemma-4-26b-a4b", 25.2, 3.8, 20480, 204800, 0)]
    [TestCase("glm-4.5", 352.8, 33.6, 376832, 0, 0)]
    [TestCase("glm-4.5-air", 106.9, 13.4, 188416, 0, 0)]
    [TestCase("glm-5", 743.9, 41.8, 89856, 0, 0)]
    [TestCase("deepseek-v2-lite", 15.7, 2.7, 31104, 0, 0)]
    [TestCase("deepseek-v2.5", 235.7, 21.4, 69120, 0, 0)]
    [TestCase("deepseek-v3", 671.0, 37.6, 70272, 0, 0)]
    [TestCase("deepseek-v3.2", 671.9, 38.4, 70272, 0, 0)]
    [TestCase("kimi-k2", 1026.4, 32.9, 70272, 0, 0)]
    [TestCase("kimi-k2.5", 1026.4, 32.9, 70272, 0, 0)]
    [TestCase("gpt-oss-20b", 20.9, 4.2, 24576, 24576, 0)]
    [TestCase("gpt-oss-120b", 116.8, 5.7, 36864, 36864, 0)]
    [TestCase("minimax-m2.5", 228.7, 11.0, 253952, 0, 0)]
    [TestCase("llama-4-scout", 107.8, 17.2, 49152, 147456, 0)]
    [TestCase("llama-4-maverick", 400.7, 17.2, 49152, 147456, 0)]
    [TestCase("mimo-v2-flash", 308.8, 15.4, 23040, 199680, 0)]
    [TestCase("granite-4.0-h-small", 32.2, 8.8, 16384, 0, 77.3)]
    [TestCase("jamba-v0.1", 51.6, 12.1, 16384, 0, 8.7)]
    [TestCase("nemotron-h-8b", 8.1, 0, 16384, 0, 51.8)]
    [TestCase("nemotron-3-nano-30b-a3b", 31.6, 3.6, 6144, 0, 49.1)]
    [TestCase("mistral-small-3.1-24b", 23.6, 0, 163840, 0, 0)]
    [TestCase("granite-vision-3.3-2b", 2.53, 0, 81920, 0, 0)]
    [TestCase("qwen2.5-omni-7b", 7.6, 0, 57344, 0, 0)]
    public void Sizes_follow_from_the_layers(string name, double billions, double active, long kv, long windowKv, double stateMb)
    {
        ModelSpec model = ModelCatalog.Load(name);
        ModelRank whole = model.ForRank(1);
        // The indexer's keys of sparse attention are beside the latent vector.
        long index = model.Latent?.Index is { } sparse ? sparse.KeyBytes * (long)model.Layers : 0;
        double rounding = billions < 1 ? 0.06 : 0.012;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.Parameters / 1e9, Is.EqualTo(billions).Within(rounding * billions));
            if (active > 0)
                Assert.That(model.ActiveParameters / 1e9, Is.EqualTo(active).Within(0.03 * active));
            Assert.That(whole.KvBytesPerToken() - index, Is.EqualTo(kv + windowKv));
            Assert.That(whole.WindowKvBytesPerToken(), Is.EqualTo(windowKv));
            Assert.That(whole.StateBytesPerSequence / 1e6, Is.EqualTo(stateMb).Within(0.06));
        }
    }

    [TestCase("llama-3.1-405b", 405.8, 0, 516096, 0, 0)]
    [TestCase("mistral-nemo-12b", 12.2, 0, 163840, 0, 0)]
    [TestCase("qwen3-14b", 14.8, 0, 163840, 0, 0)]
    [TestCase("qwen3-0.6b", 0.6, 0, 114688, 0, 0)]
    [TestCase("qwen2.5-0.5b", 0.494, 0, 12288, 0, 0)]
    [TestCase("qwen2.5-1.5b", 1.54, 0, 28672, 0, 0)]
    [TestCase("qwen2.5-14b", 14.8, 0, 196608, 0, 0)]
    [TestCase("codellama-34b", 33.7, 0, 196608, 0, 0)]
    [TestCase("phi-4-14b", 14.7, 0, 204800, 0, 0)]
    [TestCase("granite-3.1-8b", 8.2, 0, 163840, 0, 0)]
    [TestCase("opt-125m", 0.125, 0, 36864, 0, 0)]
    public void Sizes_of_dense_models_follow_from_the_shape(string name, double billions, double active, long kv,
        long windowKv, double stateMb) =>
        Sizes_follow_from_the_layers(name, billions, active, kv, windowKv, stateMb);

    // GB of files as the hubs list them, what is loaded with speculation only taken off.
    [TestCase("gpt-oss-20b", 13.8, 0.03)]
    [TestCase("gpt-oss-120b", 65.2, 0.03)]
    [TestCase("deepseek-v3", 674, 0.01)]
    [TestCase("kimi-k2.5", 594, 0.03)]
    [TestCase("mixtral-8x7b", 93.4, 0.01)]
    [TestCase("qwen3-30b-a3b", 61.1, 0.01)]
    public void Weights_take_what_their_files_have(string name, double gb, double within) =>
        Assert.That(ModelCatalog.Load(name).ForRank(1).WeightBytes / 1e9, Is.EqualTo(gb).Within(within * gb));

    [Test]
    public void Formats_count_their_scales()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(NumberFormat.Fp8Block.BytesOf(128 * 128), Is.EqualTo(128 * 128 + 4));
            Assert.That(NumberFormat.Nvfp4.BytesOf(16), Is.EqualTo(8 + 1));
            Assert.That(NumberFormat.Mxfp4.BytesOf(32), Is.EqualTo(16 + 1));
            Assert.That(NumberFormat.Int4Group32.BytesOf(32), Is.EqualTo(16 + 2));
            Assert.That(NumberFormat.Int4Group128.BytesOf(256), Is.EqualTo(128 + 4 + 1));
            Assert.That(NumberFormat.Nf4.BytesOf(64), Is.EqualTo(32 + 4));
            Assert.That(NumberFormat.Bits16.BytesOf(3), Is.EqualTo(6));
            Assert.That(NumberFormat.Nvfp4.Bytes(), Is.EqualTo(0.5625));
        }
    }

    [TestCase("meta-llama/Llama-3.3-70B-Instruct", "llama-3.1-70b")]
    [TestCase("deepseek-ai/DeepSeek-R1", "deepseek-v3")]
    [TestCase("OPENAI/gpt-oss-20b", "gpt-oss-20b")]
    public void Hub_names_find_their_shape(string hub, string name) => Assert.That(ModelCatalog.Load(hub).Name, Is.EqualTo(name));

    [Test]
    public void An_unknown_hub_name_is_one_line() => Assert.That(
        () => ModelCatalog.Load("nobody/nothing-7b"),
        Throws.TypeOf<InputException>().With.Message.EqualTo(
            "nobody/nothing-7b: no such file, and no shipped model has this hub name; its config.json can be given instead"));

    [Test]
    public void No_two_models_share_a_hub_name()
    {
        string[] hubs = [.. ModelCatalog.Names.SelectMany(name => ModelCatalog.Load(name).Hub ?? [])];
        Assert.That(hubs, Is.Unique);
    }

    [Test]
    public void Sharded_parts_sum_to_the_whole_and_replicated_parts_are_counted_on_each_rank(
        [Values("mixtral-8x7b", "deepseek-v3", "gpt-oss-120b", "qwen3-next-80b-a3b", "glm-5")] string name, [Values(2, 4)] int tp)
    {
        ModelSpec model = ModelCatalog.Load(name);
        LayerWeights whole = model.ForRank(1).Layers;
        ModelRank one = model.ForRank(tp);
        LayerWeights rank = one.Layers;
        // Held by every rank: routers and norms, the projections into latent space, the indexer, KV heads beyond their number.
        long surplus = one.Groups.Sum(group => group.Count * Surplus(model, group.Attention, tp));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rank.Experts * tp, Is.EqualTo(whole.Experts));
            Assert.That(rank.Dense * tp, Is.EqualTo(whole.Dense));
            Assert.That(rank.Shared * tp, Is.EqualTo(whole.Shared));
            Assert.That(rank.Attention * tp, Is.EqualTo(whole.Attention + surplus));
        }
    }

    /// <summary>What all ranks of one layer hold more than the layer has.</summary>
    private static long Surplus(ModelSpec model, AttentionKind kind, int tp)
    {
        if (kind == AttentionKind.Full)
            return (long)model.Hidden * 2 * model.HeadDim * Math.Max(0, tp - model.KvHeads);
        if (kind == AttentionKind.State && model.State is { } state)
            return (tp - 1L) * state.HeadDim;
        if (kind != AttentionKind.Latent || model.Latent is not { } latent)
            return 0;
        long queries = latent.QRank is int rank ? (long)model.Hidden * rank + rank : 0;
        long index = latent.Index is { } sparse
            ? (long)latent.QRank!.Value * sparse.Heads * sparse.Dim + model.Hidden * (long)(sparse.Dim + sparse.Heads)
            : 0;
        return (tp - 1) * (queries + index + (long)model.Hidden * latent.CachedWidth + latent.KvRank);
    }

    [Test]
    public void Expert_parallel_ranks_hold_whole_experts_of_the_same_size_in_all()
    {
        ModelSpec model = ModelCatalog.Load("qwen3-30b-a3b");
        ModelRank split = model.ForRank(4);
        ModelRank whole = model.ForRank(4, expertParallel: 4);
        ModelRank both = model.ForRank(4, expertParallel: 2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((split.LocalExperts, split.ExpertFfn), Is.EqualTo((128, 192)));
            Assert.That((whole.LocalExperts, whole.ExpertFfn), Is.EqualTo((32, 768)));
            Assert.That((both.LocalExperts, both.ExpertFfn), Is.EqualTo((64, 384)));
            Assert.That(whole.WeightBytes, Is.EqualTo(split.WeightBytes));
            Assert.That(
                () => model.ForRank(3, expertParallel: 3),
                Throws.TypeOf<InputException>().With.Message.Contains("128 experts of width 768 by expert parallel 3"));
        }
    }

    [Test]
    public void Latent_vectors_are_on_every_rank()
    {
        ModelSpec model = ModelCatalog.Load("deepseek-v3");
        Assert.That(model.ForRank(8).KvBytesPerToken(), Is.EqualTo(model.ForRank(1).KvBytesPerToken()));
    }

    [Test]
    public void One_expert_that_every_token_goes_to_is_a_dense_model_with_a_router()
    {
        ModelSpec dense = ModelCatalog.Load("llama-3.1-8b");
        ModelSpec experts = dense with { Experts = new ExpertLayer(1, 1, dense.Ffn) };
        long routers = (long)dense.Layers * dense.Hidden;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(experts.Parameters, Is.EqualTo(dense.Parameters + routers));
            Assert.That(experts.ActiveParameters, Is.EqualTo(experts.Parameters));
            Assert.That(experts.LinearFlopsPerToken, Is.EqualTo(dense.LinearFlopsPerToken + 2.0 * routers));
            Assert.That(experts.KvBytesPerToken(), Is.EqualTo(dense.KvBytesPerToken()));
            Assert.That(experts.ForRank(2).ActivationBytesPerToken(), Is.EqualTo(dense.ForRank(2).ActivationBytesPerToken()));
        }
    }

    [Test]
    public void Stages_hold_the_layers_of_their_place()
    {
        ModelSpec model = ModelCatalog.Load("deepseek-v3");
        StageLayers[] stages = StageLayers.Split(model.Layers, 4);
        long sum = stages.Sum(stage => model.ForRank(1, stage).WeightElements);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sum, Is.EqualTo(model.Parameters));
            Assert.That(model.GroupsOf(stages[0]), Is.EqualTo(
                new[] { new LayerGroup(AttentionKind.Latent, FeedForwardKind.Dense, 3), new LayerGroup(AttentionKind.Latent,
                    FeedForwardKind.Experts, 12) }));
        }
    }
}
