using ELLM.Sim.Hardware;
using ELLM.Sim.Models;
using ELLM.Sim.Timing;
using FsCheck;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Timing;

[TestFixture]
internal sealed class AnalyticTimeModelTests
{
    private static readonly AnalyticTimeModel Eager = new(
        TimingCatalog.Load("h100"), ModelCatalog.Load("llama-3.1-8b"), 1, new TimingOptions(64, OverheadProfile.Eager));

    private static readonly AnalyticTimeModel Graph = new(TimingCatalog.Load("a100"), ModelCatalog.Load("llama-3.1-8b"));

    private static readonly AnalyticTimeModel Bare = new(
        TimingCatalog.Load("a100"), ModelCatalog.Load("llama-3.1-8b"), 1, new TimingOptions(Overhead: OverheadProfile.None));

    [FsCheck.NUnit.Property(Replay = "1234567,89", MaxTest = 300)]
    public bool Decode_sum_over_pieces_equals_every_step_alone(PositiveInt sequences, PositiveInt mean, PositiveInt spread)
    {
        int b = (sequences.Get - 1) % 64 + 1;
        long longest = mean.Get % 3000 * 20L + spread.Get;
        long context = longest + (b - 1) * (1 + longest / 2);
        return DecodeSums.OfPieces(Eager, b, context, longest, 700) == DecodeSums.OfSteps(Eager, b, context, longest, 700);
    }

    [Test]
    public void Contexts_beyond_the_captured_ones_decode_eagerly_and_end_the_piece()
    {
        // Up to 8,192 tokens as in graphs, beyond no faster than an eager host launches it; the piece before ends with the step at 8,192.
        AnalyticTimeModel v0 = new(
            TimingCatalog.Load("h100"), ModelCatalog.Load("llama-3.1-8b"), 1, new TimingOptions(64) { GraphContext = 8192 });
        AnalyticTimeModel graphs = new(TimingCatalog.Load("h100"), ModelCatalog.Load("llama-3.1-8b"), 1, new TimingOptions(64));
        DecodeBatch within = new(3, 9000, 8190), beyond = new(3, 9009, 8193);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(v0.Decode(within), Is.EqualTo(graphs.Decode(within) with { ValidSteps = 3 }));
            // 268 us a layer to launch, longer than the GPU needs; 100 us an iteration and 10 a sequence as with graphs.
            Assert.That(v0.Decode(beyond).Steps(beyond).FirstPs, Is.EqualTo(((268 * 32) + 100 + 30) * 1_000_000L));
            Assert.That(DecodeSums.OfPieces(v0, 3, 9000, 8190, 20), Is.EqualTo(DecodeSums.OfSteps(v0, 3, 9000, 8190, 20)));
            PrefillChunk[] chunk = [new(10, 0, true)];
            Assert.That(v0.Mixed(chunk, within), Is.EqualTo(graphs.Mixed(chunk, within)));
        }
    }

    [TestCase(1)]
    [TestCase(8)]
    [TestCase(64)]
    public void Decode_sum_across_the_end_of_the_floor_equals_every_step_alone(int b)
    {
        long flat = Eager.Decode(new DecodeBatch(b, b * 10L, 10)).ValidSteps;
        long before = flat - 300;
        long context = b * (10 + before);
        Assert.That(Eager.Decode(new DecodeBatch(b, context, 10 + before)).ValidSteps, Is.EqualTo(300));
        Assert.That(DecodeSums.OfPieces(Eager, b, context, 10 + before, 700), Is.EqualTo(DecodeSums.OfSteps(Eager, b, context, 10 + before, 700)));
    }

    [Test]
    public void Decode_batch_that_crosses_the_host_floor_is_flat_then_affine()
    {
        // Little context: the host is the bottleneck. Far more: the GPU is.
        DecodeCost little = Eager.Decode(new DecodeBatch(8, 800, 100));
        DecodeCost much = Eager.Decode(new DecodeBatch(8, 800_000, 100_000));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(little.PerContextTokenPs, Is.Zero);
            Assert.That(little.ValidSteps, Is.InRange(1, 1_000_000_000));
            Assert.That(much.PerContextTokenPs, Is.Positive);
            Assert.That(much.ValidSteps, Is.EqualTo(long.MaxValue));
        }
    }

    [Test]
    public void Decode_host_bound_eager_batch_takes_the_fitted_host_time()
    {
        // Floor 268 us a layer, 8.93 ms an iteration, 310 us a sequence.
        DecodeCost cost = Eager.Decode(new DecodeBatch(8, 800, 100));
        Assert.That(cost.FixedPs, Is.EqualTo((268L * 32 + 8_930 + 310 * 8) * 1_000_000));
    }

    [Test]
    public void Decode_last_flat_step_and_the_next_meet_without_a_jump_down()
    {
        DecodeBatch batch = new(8, 8000, 1000);
        DecodeCost flat = Eager.Decode(batch);
        long k = flat.ValidSteps;
        DecodeCost last = Eager.Decode(new DecodeBatch(8, 8000 + (k - 1) * 8, 1000 + k - 1));
        DecodeCost next = Eager.Decode(new DecodeBatch(8, 8000 + k * 8, 1000 + k));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(DecodeSums.StepPs(last, 8000 + (k - 1) * 8, 1000 + k - 1), Is.EqualTo(flat.FixedPs));
            Assert.That(DecodeSums.StepPs(next, 8000 + k * 8, 1000 + k), Is.GreaterThan(flat.FixedPs));
        }
    }

    [Test]
    public void Decode_graph_profile_adds_overhead_and_pads_to_captured_sizes()
    {
        AnalyticTimeModel padded = new(
            TimingCatalog.Load("a100"), ModelCatalog.Load("llama-3.1-8b"), 1,
            new TimingOptions(Overhead: OverheadProfile.None, PadToGraphs: true));
        long nine = Graph.Decode(new DecodeBatch(9, 9, 1)).FixedPs;
        long paddedNine = padded.Decode(new DecodeBatch(9, 9, 1)).FixedPs;
        long bareNine = Bare.Decode(new DecodeBatch(9, 9, 1)).FixedPs;
        long sixteen = Graph.Decode(new DecodeBatch(16, 16, 1)).FixedPs;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(nine - paddedNine, Is.EqualTo(190_000_000), "100 us + 9 x 10 us");
            Assert.That(paddedNine, Is.GreaterThan(bareNine), "seven rows of padding");
            Assert.That(sixteen, Is.GreaterThan(nine), "more attention, sampling and host time");
        }
    }

    [TestCase(1, 1)]
    [TestCase(3, 4)]
    [TestCase(5, 8)]
    [TestCase(256, 256)]
    [TestCase(257, 272)]
    [TestCase(512, 512)]
    [TestCase(513, 513)]
    public void Pad_batch_is_the_next_captured_size(int sequences, int expected) =>
        Assert.That(CudaGraphSizes.Pad(sequences), Is.EqualTo(expected));

    [Test]
    public void Mixed_asked_twice_and_beyond_the_memo_is_the_same()
    {
        AnalyticTimeModel small = new(
            TimingCatalog.Load("a100"), ModelCatalog.Load("llama-3.1-8b"), 1,
            new TimingOptions(Overhead: OverheadProfile.None, MemoTokens: 0));
        foreach (int tokens in (int[])[1, 17, 512, 4097])
        {
            PrefillChunk[] chunks = [new PrefillChunk(tokens, 0, true)];
            DecodeBatch decode = new(12, 9_000, 2_000);
            long first = Bare.Mixed(chunks, decode);
            Assert.That(Bare.Mixed(chunks, decode), Is.EqualTo(first));
            Assert.That(small.Mixed(chunks, decode), Is.EqualTo(first));
        }
    }

    [Test]
    public void Mixed_many_threads_on_one_model_agree_with_one()
    {
        AnalyticTimeModel shared = new(TimingCatalog.Load("h100"), ModelCatalog.Load("llama-3.1-8b"));
        AnalyticTimeModel alone = new(TimingCatalog.Load("h100"), ModelCatalog.Load("llama-3.1-8b"));
        long[] sums = new long[4];
        Parallel.For(0, sums.Length, i => sums[i] = Sweep(shared));
        Assert.That(sums, Is.All.EqualTo(Sweep(alone)));
    }

    [Test]
    public void Mixed_more_prefill_or_more_context_never_costs_less()
    {
        DecodeBatch decode = new(8, 8_000, 2_000);
        long one = Bare.Mixed([new PrefillChunk(256, 0, true)], decode);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Bare.Mixed([new PrefillChunk(512, 0, true)], decode), Is.GreaterThan(one));
            Assert.That(Bare.Mixed([new PrefillChunk(256, 4096, true)], decode), Is.GreaterThan(one));
            Assert.That(Bare.Mixed([new PrefillChunk(256, 0, true)], decode with { ContextTokens = 16_000 }), Is.GreaterThan(one));
            Assert.That(Bare.Mixed([new PrefillChunk(256, 0, true)], default), Is.LessThan(one));
        }
    }

    [Test]
    public void Model_every_gpu_and_plain_model_of_the_catalogs_answers_positive_times()
    {
        TimingOptions options = new(MaxSequences: 256, MemoTokens: 1024);
        foreach (GpuSpec gpu in GpuCatalog.Names.Select(GpuCatalog.Load))
        {
            TimingProfile profile = TimingCatalog.Load(gpu.Timing);
            int[] degrees = [1, .. profile.AllReduce.Select(table => table.Gpus)];
            foreach (ModelSpec model in ModelCatalog.Names.Select(ModelCatalog.Load).Where(model => model.IsDense && model.Formats is null))
            {
                foreach (int degree in degrees.Where(model.CanShard))
                {
                    AnalyticTimeModel time = AnalyticTimeModel.For(gpu, model, degree, options);
                    string what = $"{gpu.Name} {model.Name} {degree}";
                    DecodeCost cost = time.Decode(new DecodeBatch(256, 1_000_000, 200_000));
                    Assert.That(DecodeSums.StepPs(cost, 1_000_000, 200_000), Is.Positive, what);
                    Assert.That(time.Mixed([new PrefillChunk(2048, 0, true)], new DecodeBatch(32, 32_000, 2_000)), Is.Positive, what);
                }
            }
        }
    }

    [Test]
    public void Model_tensor_parallel_without_measurements_names_the_available_ones()
    {
        InputException? refused = Assert.Throws<InputException>(
            () => _ = new AnalyticTimeModel(TimingCatalog.Load("rtx-pro-6000"), ModelCatalog.Load("llama-3.1-8b"), 4));
        Assert.That(refused!.Message, Does.Contain("rtx-pro-6000").And.Contain("tensor parallel 4").And.EndsWith("available: 1, 2"));
    }

    [Test]
    public void Provenance_borrowed_coefficients_are_marked()
    {
        AnalyticTimeModel a40 = new(TimingCatalog.Load("a40"), ModelCatalog.Load("llama-3.1-8b"));
        TimingSource attention = a40.Provenance.Parts.Single(part => part.Part == "decode attention");
        TimingSource gemm = a40.Provenance.Parts.Single(part => part.Part == "gemm");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(attention.Borrowed, Is.True);
            Assert.That(gemm.Borrowed, Is.False);
            Assert.That(a40.Provenance.Parts.Any(part => part.Borrowed), Is.True);
            Assert.That(a40.Provenance.Overhead, Is.EqualTo("graph"));
        }
    }

    private static long Sweep(AnalyticTimeModel time)
    {
        long sum = 0;
        for (int tokens = 1; tokens < 1500; tokens++)
            sum += time.Mixed([new PrefillChunk(tokens, 0, tokens % 2 == 0)], new DecodeBatch(tokens % 7, tokens * 100, 500));
        return sum;
    }
}
