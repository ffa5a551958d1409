using ELLM.Sim.Compat.Vidur;
using ELLM.Sim.Compat.Vidur.Tables;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Compat.Vidur;

[TestFixture]
public sealed class VidurIterationTimeTests
{
    private static readonly Dictionary<VidurOperator, int> Weights = new()
    {
        [VidurOperator.AttentionPreProjection] = 1,
        [VidurOperator.AttentionPostProjection] = 2,
        [VidurOperator.Rope] = 4,
        [VidurOperator.KvCacheSave] = 8,
        [VidurOperator.InputNorm] = 16,
        [VidurOperator.MlpUp] = 32,
        [VidurOperator.MlpActivation] = 64,
        [VidurOperator.MlpDown] = 128,
        [VidurOperator.PostAttentionNorm] = 256,
        [VidurOperator.Add] = 512,
        [VidurOperator.AllReduce] = 1024,
        [VidurOperator.SendReceive] = 2048,
    };

    /// <summary>Weight times tokens; 10000 a decode plus its KV; KV plus 1000 chunk^2; 3 ms for each host term and request.</summary>
    private static readonly FunctionTable Table = new(
        (op, count) => Weights.TryGetValue(op, out int weight) ? weight * (double)count : 3 * count,
        (batch, kv) => batch * 10000 + kv,
        (kv, square) => kv + square * 1000);

    private static readonly VidurConfig Base = new() { Model = Micro.Grouped with { Layers = 6 }, TensorParallel = 2, PipelineStages = 2 };

    /// <summary>
    /// Decodes with 65 and 130 tokens (mean 97.5, floor 97, up to 128), chunks of 10 after 70 (up to 128) and of 7 after none.
    /// T = 19, T8 = 24; c = round(sqrt(149)) = 12; both batching overheads.
    /// </summary>
    private const double LayerMs = (1 + 2 + 4 + 16 + 32 + 64 + 128 + 256 + 512) * 24 + 8 * 19
        + (20000 + 128) * 1.1 + (128 + 144000) * 1.1 + 2 * (1024 * 24 + 0.02);

    [Test]
    public void Seconds_of_a_last_stage_is_the_formula() =>
        Assert.That(Seconds(Base, 1), Is.EqualTo(LayerMs * 3 / 1000).Within(1e-9));

    [Test]
    public void Seconds_of_the_other_stages_adds_the_send() =>
        Assert.That(Seconds(Base, 0), Is.EqualTo((LayerMs * 3 + 2048 * 24) / 1000).Within(1e-9));

    [Test]
    public void Seconds_of_one_decode_has_no_batching_overhead_and_no_prefill()
    {
        VidurBatch batch = new(0, [Decoding(64)], [1], 0);
        double expected = 1015 * 8 + 8 + (10000 + 128) + 2 * (1024 * 8 + 0.02);
        Assert.That(new VidurIterationTime(Base, Table).Seconds(batch, 1), Is.EqualTo(expected * 3 / 1000).Within(1e-9));
    }

    // Each changes one term of the formula by the amount given, in milliseconds of a layer.
    private static IEnumerable<TestCaseData> Knobs()
    {
        yield return Knob("heads not shared", config => config with { Model = config.Model with { KvHeads = 4 } }, -0.1 * (20128 + 144128));
        yield return Knob("no norm of the MLP", config => config with { Model = config.Model with { PostAttentionNorm = false } },
            -256 * 24);
        yield return Knob("one GPU", config => config with { TensorParallel = 1 }, -2 * (1024 * 24 + 0.02));
        yield return Knob("tokens to multiples of 16", config => With(config, t => t with { TokenGranularity = 16 }),
            1015 * 8 + 2 * 1024 * 8);
        yield return Knob("KV to multiples of 256", config => With(config, t => t with { KvGranularity = 256 }), 1.1 * (128 + 128));
        yield return Knob("decode overhead", config => With(config, t => t with { DecodeBatchingOverhead = 0.2 }), 0.1 * 20128);
        yield return Knob("prefill overhead", config => With(config, t => t with { PrefillBatchingOverhead = 0.3 }), 0.2 * 144128);
        yield return Knob("launch", config => With(config, t => t with { NcclLaunchMs = 1.02 }), 2);
        yield return Knob("skew", config => With(config, t => t with { NcclSkewMs = 0.5 }), 2.378414230005442);
        // Mean of the tables at 128 and 192 instead of the table at 128.
        yield return Knob("each sequence at its length", config => config with { Quirks = new VidurQuirks { MeanKvLength = false } },
            1.1 * 32);
        // Five host terms of 3 ms a request, four requests, once a stage: a third of it a layer.
        yield return Knob("host terms", config => With(config, t => t with { CpuOverhead = true }), 5 * 3 * 4 / 3.0);
    }

    [TestCaseSource(nameof(Knobs))]
    public void Seconds_every_knob_changes_its_term(Func<VidurConfig, VidurConfig> turn, double changeMs) =>
        Assert.That(Seconds(turn(Base), 1), Is.EqualTo((LayerMs + changeMs) * 3 / 1000).Within(1e-9));

    [Test]
    public void Seconds_key_not_in_the_table_names_operator_and_key()
    {
        OperatorTable table = new("some tables");
        table.Set(VidurOperator.AllReduce, 8, 1);
        string message = Assert.Throws<InputException>(() => new VidurIterationTime(Base, table).Seconds(Batch(), 1))!.Message;
        Assert.That(message, Is.EqualTo("some tables: all_reduce has no time for 24 (it has 1 from 8 to 8)"));
    }

    private static double Seconds(VidurConfig config, int stage) => new VidurIterationTime(config, Table).Seconds(Batch(), stage);

    private static VidurBatch Batch()
    {
        VidurRequest half = new(2, 0, 200, 5);
        half.OnBatchEnd(1, 70, new VidurQuirks());
        return new VidurBatch(0, [Decoding(64), half, Decoding(129), new VidurRequest(3, 0, 7, 5)], [1, 10, 1, 7], 0);
    }

    /// <summary>A request that has just prefilled: one token more than its prompt.</summary>
    private static VidurRequest Decoding(int prompt)
    {
        VidurRequest request = new(prompt, 0, prompt, 50);
        request.OnBatchEnd(1, prompt, new VidurQuirks());
        return request;
    }

    private static TestCaseData Knob(string name, Func<VidurConfig, VidurConfig> turn, double changeMs) =>
        new TestCaseData(turn, changeMs).SetName($"Seconds_{name.Replace(' ', '_')}");

    private static VidurConfig With(VidurConfig config, Func<VidurTiming, VidurTiming> turn) =>
        config with { Timing = turn(config.Timing) };
}
