using ELLM.Sim.Hardware;
using ELLM.Sim.Memory;
using ELLM.Sim.Memory.Engines;
using ELLM.Sim.Models;
using FsCheck;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory;

[TestFixture]
internal sealed class MemoryBudgetTests
{
    private const double Gib = 1L << 30;

    private static readonly ModelSpec Llama = ModelCatalog.Load("llama-3.1-8b");

    [Test]
    public void Compute_llama31_of8_b_on_A100_divides_as_the_arithmetic_says()
    {
        MemoryBudget budget = MemoryBudget.Compute(Llama, GpuCatalog.Load("a100-80"), new MemoryBudgetSettings(131072));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(budget.WeightsBytes / Gib, Is.EqualTo(14.96).Within(0.005));
            Assert.That(budget.ActivationBytes, Is.EqualTo(131072L * 110592));
            long left = budget.UtilisedBytes - budget.WeightsBytes - budget.ContextBytes - budget.ActivationBytes;
            Assert.That(budget.KvBlocks, Is.EqualTo(left / (16 * 131072)));
            Assert.That(budget.KvTokens, Is.EqualTo(budget.KvBlocks * 16));
            Assert.That(budget.ShortfallBytes, Is.Zero);
        }
    }

    [Test]
    public void Compute_26_2k_context_on_A100_has_the_pool_that_the_paper_implies()
    {
        // 79.15 x 0.9 - 15.0 weights - 27.0 activations at 108 KiB a token = 29.3 GiB, less the context the paper's arithmetic leaves out.
        MemoryBudget budget = MemoryBudget.Compute(ModelCatalog.Load("llama-3-8b-262k"), GpuCatalog.Load("a100-80"), new MemoryBudgetSettings(262144));
        Assert.That((budget.KvBytes + budget.ContextBytes) / Gib, Is.EqualTo(29.3).Within(0.1));
    }

    // Blocks that real engines printed: a vLLM server of 2026 on an RTX 4090 (LLMServingSim's validation run), and vLLM of December
    // 2023 on an A100-80 (vllm-project/vllm pull request 2031). The error is of the engine's share: the 4090 has little left for KV,
    // and 376 MiB that nothing in its log explains are 7 % of its pool. No default was chosen to meet either.
    [TestCase("llama-3.1-8b", "rtx-4090", "vllm-0.19", 2048, 2588, 1.8)]
    [TestCase("llama-2-7b", "a100-80", "vllm-0.4", 4096, 7351, 1.6)]
    public void Compute_blocks_of_areal_engine_are_met_within_percent_of_the_share(
        string model, string gpu, string release, int batchedTokens, int blocks, double percent)
    {
        MemoryBudget budget = MemoryBudget.Compute(
            ModelCatalog.Load(model), GpuCatalog.Load(gpu), new MemoryBudgetSettings(batchedTokens) { Release = EngineCatalog.Release(release) });
        double missing = (double)(budget.KvBlocks - blocks) * budget.KvBytesPerToken * budget.BlockTokens;
        Assert.That(missing / budget.UtilisedBytes * 100, Is.EqualTo(0).Within(percent));
    }

    [FsCheck.NUnit.Property(Replay = "77,3", MaxTest = 300)]
    public bool Compute_any_settings_that_fit_parts_sum_to_visible_memory(
        PositiveInt tokens, PositiveInt sequences, PositiveInt share, bool inside)
    {
        GpuSpec gpu = GpuCatalog.Load("a100-80");
        MemoryBudget budget = MemoryBudget.Compute(Llama, gpu, new MemoryBudgetSettings(
            tokens.Get * 97 % 400_000 + 1,
            Utilisation: 0.3 + share.Get % 71 / 100.0,
            MaxSequences: sequences.Get % 1024 + 1)
        {
            Release = EngineCatalog.Release(inside ? "vllm-0.21" : "vllm-0.19"),
        });
        long parts = budget.WeightsBytes + budget.ContextBytes + budget.GraphBytes + budget.ActivationBytes;
        parts += budget.KvBytes + budget.UnassignedBytes;
        return budget.ShortfallBytes > 0 ? budget.KvBlocks == 0 : parts == budget.VisibleBytes;
    }

    [Test]
    public void Compute_graphs_larger_than_the_share_outside_eat_the_pool()
    {
        GpuSpec gpu = GpuCatalog.Load("a100-80");
        MemoryOverrides graphs = new() { GraphBytes = 1L << 30 };
        MemoryBudgetSettings some = new(2048) { Overrides = graphs };
        MemoryBudgetSettings without = new(2048) { Overrides = graphs with { GraphBytes = 0 } };
        MemoryBudget room = MemoryBudget.Compute(Llama, gpu, some);
        MemoryBudget none = MemoryBudget.Compute(Llama, gpu, without);
        MemoryBudget full = MemoryBudget.Compute(Llama, gpu, some with { Utilisation = 1 });
        MemoryBudget fullNone = MemoryBudget.Compute(Llama, gpu, without with { Utilisation = 1 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(room.KvBlocks, Is.EqualTo(none.KvBlocks), "10 % outside has room for them");
            Assert.That(fullNone.KvBlocks - full.KvBlocks, Is.InRange(512, 513), "1 GiB of 2 MiB blocks");
        }
    }

    [Test]
    public void Compute_every_override_is_taken_and_marked()
    {
        MemoryBudget budget = MemoryBudget.Compute(Llama, GpuCatalog.Load("rtx-4090"), new MemoryBudgetSettings(2048)
        {
            Overrides = new MemoryOverrides
            {
                WeightsBytes = 1 << 30,
                ContextBytes = 2 << 20,
                GraphBytes = 3 << 20,
                ActivationBytes = 4 << 20,
                ActivationBytesPerToken = 5,
                KvBlocks = 2588,
            },
        });
        string[] marked = [.. budget.Lines.Where(line => line.Origin == "override").Select(line => line.Name)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(marked,
                Is.EqualTo(
                    ["weights_bytes", "context_bytes", "activation_bytes_per_token", "activation_bytes", "graph_bytes", "kv_blocks"]));
            Assert.That((budget.KvBlocks, budget.KvTokens), Is.EqualTo((2588L, 41_408L)));
            Assert.That(budget.Lines.Where(line => line.Origin != "override").Select(line => line.Origin), Is.All.StartsWith("computed: "));
        }
    }

    [Test]
    public void Compute_stated_token_slots_are_kept_exactly()
    {
        MemoryBudget budget = MemoryBudget.Compute(ModelCatalog.Load("opt-13b"), GpuCatalog.Load("a100-40"), new MemoryBudgetSettings(2560)
        {
            Overrides = new MemoryOverrides { KvTokens = 15_700 },
        });
        Assert.That((budget.KvTokens, budget.KvBlocks, budget.KvBytes), Is.EqualTo((15_700L, 981L, 15_700L * 819_200)));
    }

    [Test]
    public void Compute_weights_that_do_not_fit_says_by_how_much_and_which_tensor_parallel_fits()
    {
        InputException? refused = Assert.Throws<InputException>(
            () => _ = MemoryBudget.Compute(ModelCatalog.Load("llama-3.1-70b"), GpuCatalog.Load("a100-80"), new MemoryBudgetSettings(8192)));
        Assert.That(refused!.Message, Is.EqualTo(
            "llama-3.1-70b does not fit a100-80: weights of 131.42 GiB and 0.13 GiB of context are 60.31 GiB more than 71.24 GiB (utilisation 0.9); "
            + "the smallest tensor parallel degree that fits is 2"));
    }

    [Test]
    public void Compute_activations_that_leave_no_pool_is_a_shortfall_not_an_error()
    {
        MemoryBudget budget = MemoryBudget.Compute(Llama, GpuCatalog.Load("rtx-4090"), new MemoryBudgetSettings(131072));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(budget.KvBlocks, Is.Zero);
            Assert.That(budget.ShortfallBytes, Is.Positive);
        }
    }

    [TestCase(0)]
    [TestCase(1.5)]
    [TestCase(double.NaN)]
    public void Compute_utilisation_out_of_range_is_refused(double utilisation) =>
        Assert.Throws<InputException>(
            () => _ = MemoryBudget.Compute(Llama, GpuCatalog.Load("a100-80"), new MemoryBudgetSettings(2048, Utilisation: utilisation)));

    [Test]
    public void Compute_pool_larger_than_the_device_is_refused()
    {
        InputException? refused = Assert.Throws<InputException>(() => _ = MemoryBudget.Compute(
            Llama, GpuCatalog.Load("rtx-4090"), new MemoryBudgetSettings(2048) { Overrides = new MemoryOverrides { KvBlocks = 10_000 } }));
        Assert.That(refused!.Message, Does.Contain("160000 tokens").And.Contain("GiB more than rtx-4090 has left"));
    }

    // The peaks that servers print for the profiling run, GiB: 8B with 128,256 vocabulary entries.
    [TestCase("vllm-0.6", 8192, 256, 2, 1.24)]
    [TestCase("vllm-0.11", 8192, 1024, 2, 4.77)]
    [TestCase("vllm-0.19", 8192, 1024, 2, 1.89)]
    [TestCase("vllm-0.19", 8192, 1024, 4, 2.20)]
    public void Compute_activation_peak_is_what_servers_of_that_release_print(string release, int tokens, int sequences, int bytes, double gib)
    {
        MemoryBudget budget = MemoryBudget.Compute(Llama, GpuCatalog.Load("h100"), new MemoryBudgetSettings(
            tokens, MaxSequences: sequences, ActivationElementBytes: bytes)
        { Release = EngineCatalog.Release(release) });
        Assert.That(budget.ActivationBytes / Gib, Is.EqualTo(gib).Within(0.01));
    }

    [FsCheck.NUnit.Property(Replay = "78,5", MaxTest = 200)]
    public bool Compute_reserve_is_the_demand_of_the_largest_step(PositiveInt tokens, PositiveInt sequences, bool v1)
    {
        int most = tokens.Get * 97 % 30_000 + 1;
        int seqs = sequences.Get % 1024 + 1;
        MemoryBudget budget = MemoryBudget.Compute(Llama, GpuCatalog.Load("h100"), new MemoryBudgetSettings(most, MaxSequences: seqs)
        {
            Release = EngineCatalog.Release(v1 ? "vllm-0.19" : "vllm-0.5"),
        });
        return budget.Activation.LiveBytes(most, seqs) == budget.ActivationBytes
            && budget.Activation.LiveBytes(most / 2, seqs) <= budget.ActivationBytes
            && budget.Activation.LiveBytes(most, seqs / 2) <= budget.ActivationBytes;
    }

    [Test]
    public void Compute_graphs_of_release021_come_from_the_share()
    {
        GpuSpec gpu = GpuCatalog.Load("h100");
        MemoryBudget outside = MemoryBudget.Compute(Llama, gpu, new MemoryBudgetSettings(8192, Utilisation: 0.9) { Release = EngineCatalog.Release("vllm-0.19") });
        MemoryBudget inside = MemoryBudget.Compute(Llama, gpu, new MemoryBudgetSettings(8192, Utilisation: 0.9) { Release = EngineCatalog.Release("vllm-0.21") });
        // 0.18 GiB + 32 x 20 MiB.
        Assert.That((outside.KvBytes - inside.KvBytes) / Gib, Is.EqualTo(0.18 + (32 * 20 / 1024.0)).Within(0.002));
    }

    [Test]
    public void Compute_static_share_holds_weights_and_kv_of_what_is_free_before_loading()
    {
        GpuSpec gpu = GpuCatalog.Load("h100");
        MemoryBudget budget = MemoryBudget.Compute(Llama, gpu, new MemoryBudgetSettings(8192, BlockTokens: 1) { Release = EngineCatalog.Release("sglang-0.4") });
        double free = (gpu.VisibleBytes / Gib) - 0.5;
        Assert.That((budget.WeightsBytes + budget.KvBytes) / Gib, Is.EqualTo(0.88 * free).Within(0.001));
    }

    [TestCase("a100-80", "vllm-0.19", 2048, 256)]
    [TestCase("h100", "vllm-0.19", 8192, 1024)]
    [TestCase("l40s", "vllm-0.19", 2048, 256)]
    [TestCase("h100", "vllm-0.5", null, 256)]
    public void Cards_defaults_follow_release_and_memory(string gpu, string release, int? tokens, int sequences)
    {
        CardDefaults cards = EngineCatalog.Release(release).Cards;
        Assert.That((cards.TokensOf(GpuCatalog.Load(gpu)), cards.SequencesOf(GpuCatalog.Load(gpu))), Is.EqualTo((tokens, sequences)));
    }

    [TestCase("vllm", "vllm-0.19, found vllm")]
    [TestCase("vllm-new", "found vllm-new")]
    [TestCase("vllm-0.3", "expected vllm-0.4 or later, found 0.3")]
    [TestCase("vlm-0.19", "vllm")]
    public void Release_not_known_says_what_is(string text, string says)
    {
        InputException? refused = Assert.Throws<InputException>(() => _ = EngineCatalog.Release(text));
        Assert.That(refused!.Message, Does.Contain(says));
    }
}
