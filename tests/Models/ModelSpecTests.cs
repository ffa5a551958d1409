using ELLM.Sim.Models;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Models;

[TestFixture]
internal sealed class ModelSpecTests
{
    private const double Gib = 1L << 30;

    // Parameter counts as published with the weights.
    [TestCase("opt-13b", 12.853e9)]
    [TestCase("opt-66b", 65.720e9)]
    [TestCase("llama-2-7b", 6.738e9)]
    [TestCase("llama-2-13b", 13.016e9)]
    [TestCase("llama-2-70b", 68.977e9)]
    [TestCase("llama-3-8b", 8.030e9)]
    [TestCase("llama-3.1-8b", 8.030e9)]
    [TestCase("llama-3.1-70b", 70.554e9)]
    [TestCase("yi-6b-200k", 6.061e9)]
    [TestCase("yi-34b-200k", 34.389e9)]
    [TestCase("mpt-30b", 29.957e9)]
    [TestCase("qwen3-32b", 32.762e9)]
    public void Parameters_shipped_model_are_published_ones(string name, double expected) =>
        Assert.That(ModelCatalog.Load(name).Parameters, Is.EqualTo(expected).Within(0.0005e9));

    [TestCase("opt-13b", 800)]
    [TestCase("llama-3-8b", 128)]
    [TestCase("yi-6b-200k", 64)]
    [TestCase("yi-34b-200k", 240)]
    [TestCase("mpt-30b", 1344)]
    public void Kv_bytes_per_token_shipped_model_are_published_kib(string name, long kib) =>
        Assert.That(ModelCatalog.Load(name).KvBytesPerToken(), Is.EqualTo(kib * 1024));

    [TestCase("llama-3-8b", 108)]
    [TestCase("mpt-30b", 154)]
    public void Activation_bytes_per_token_shipped_model_is_the_mlp_peak(string name, long kib) =>
        Assert.That(ModelCatalog.Load(name).ForRank(1).ActivationBytesPerToken(), Is.EqualTo(kib * 1024));

    [Test]
    public void Weight_bytes_llama31_of8_b_match_what_an_engine_logs()
    {
        ModelSpec model = ModelCatalog.Load("llama-3.1-8b");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.ForRank(1).WeightBytes / Gib, Is.EqualTo(14.96).Within(0.005));
            Assert.That(model.ForRank(2).WeightBytes / Gib, Is.EqualTo(7.48).Within(0.005));
            Assert.That(model.ForRank(8).WeightBytes / 1e9, Is.EqualTo(2.0078).Within(0.001));
        }
    }

    [Test]
    public void Weight_bytes_eight_bit_keep_embeddings_and_head_in16_bit()
    {
        // Llama-3.1-8B quantised to 8 bit prints 8.49 GiB (vLLM 0.19): 6.97e9 weights of layers at one byte, 1.05e9 of both ends at two.
        ModelSpec model = ModelCatalog.Load("llama-3.1-8b") with { WeightElementBytes = 1 };
        Assert.That(model.ForRank(1).WeightBytes / Gib, Is.EqualTo(8.46).Within(0.005));
    }

    [Test]
    public void For_rank_more_ranks_than_kv_heads_replicates_them()
    {
        ModelSpec model = ModelCatalog.Load("yi-6b-200k");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.ForRank(4).KvHeads, Is.EqualTo(1));
            Assert.That(model.ForRank(8).KvHeads, Is.EqualTo(1));
            Assert.That(model.ForRank(8).KvBytesPerToken(), Is.EqualTo(model.ForRank(4).KvBytesPerToken()));
        }
    }

    [Test]
    public void For_rank_activations_under_tensor_parallel_shard_all_but_the_hidden_vectors()
    {
        ModelRank rank = ModelCatalog.Load("llama-3-8b").ForRank(4);
        Assert.That(rank.ActivationBytesPerToken(), Is.EqualTo(2 * (3 * 4096 + 3 * 14336 / 4)));
    }

    [Test]
    public void For_rank_heads_that_do_not_divide_is_refused_with_the_shape()
    {
        InputException? refused = Assert.Throws<InputException>(() => _ = ModelCatalog.Load("opt-13b").ForRank(3));
        Assert.That(refused!.Message,
            Is.EqualTo("opt-13b does not divide over tensor parallel 3: 40 query heads, 40 KV heads, MLP width 20480"));
    }

    [Test]
    public void Flops_one_token_are_two_per_weight_of_the_matrices()
    {
        ModelSpec model = ModelCatalog.Load("llama-3.1-8b");
        long matrices = model.Parameters - 2L * model.Vocab * model.Hidden - (2L * model.Layers + 1) * model.Hidden;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.LinearFlopsPerToken, Is.EqualTo(2.0 * matrices));
            Assert.That(model.AttentionFlops(1, 999), Is.EqualTo(4.0 * 32 * 4096 * 1000));
            Assert.That(model.AttentionFlops(10, 0) + model.AttentionFlops(5, 10), Is.EqualTo(model.AttentionFlops(15, 0)));
        }
    }
}
