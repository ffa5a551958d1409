using ELLM.Sim.Compat.Vidur;
using ELLM.Sim.Compat.Vidur.Tables;
using NUnit.Framework;
using static ELLM.Sim.Tests.Compat.Vidur.Micro;

namespace ELLM.Sim.Tests.Compat.Vidur;

/// <summary>Every knob of a configuration, turned once on a crowded pool, changes what happens; turned back, nothing differs.</summary>
[TestFixture]
public sealed class VidurKnobTests
{
    private static readonly FunctionTable Table = new(
        (op, count) => op is VidurOperator.Add or VidurOperator.AllReduce or VidurOperator.SendReceive ? 1 + count : 0.1,
        (batch, kv) => batch + kv * 0.01,
        (kv, square) => kv * 0.02 + square * 0.001);

    private static readonly VidurArrival[] Crowd =
        [.. Enumerable.Range(0, 60).Select(i => At(i * 0.02, 3 + i * 7 % 41, 2 + i * 5 % 17))];

    private static VidurConfig Base(VidurScheduler scheduler) => new()
    {
        Model = Grouped,
        Scheduler = scheduler,
        Blocks = 40,
        BlockTokens = 4,
        MaxTokens = 64,
        ChunkTokens = 24,
        MaxTokensInBatch = 90,
        BatchCap = 12,
    };

    private static IEnumerable<TestCaseData> Knobs()
    {
        VidurConfig vllm = Base(VidurScheduler.Vllm);
        VidurConfig sarathi = Base(VidurScheduler.Sarathi);
        VidurConfig lightLlm = Base(VidurScheduler.LightLlm) with { BlockTokens = 1, Blocks = 120 };
        yield return Knob("Scheduler", vllm, c => c with { Scheduler = VidurScheduler.Sarathi });
        yield return Knob("Blocks", vllm, c => c with { Blocks = 33 });
        yield return Knob("BlockTokens", vllm, c => c with { BlockTokens = 8 });
        yield return Knob("Watermark", vllm, c => c with { Watermark = 0.1 });
        yield return Knob("BatchCap", vllm, c => c with { BatchCap = 5 });
        yield return Knob("MaxTokensInBatch", vllm, c => c with { MaxTokensInBatch = 200 });
        yield return Knob("ChunkTokens", sarathi, c => c with { ChunkTokens = 16 });
        yield return Knob("MaxTokens", Base(VidurScheduler.Orca), c => c with { MaxTokens = 60 });
        yield return Knob("MaxWaitingIterations", lightLlm, c => c with { MaxWaitingIterations = 2 });
        yield return Knob("TensorParallel", vllm, c => c with { TensorParallel = 2 });
        yield return Knob("PipelineStages", vllm, c => c with { PipelineStages = 2 });
        yield return Knob("Replicas", vllm, c => c with { Replicas = 2 });
        yield return Knob("Routing", vllm with { Replicas = 2 }, c => c with { Routing = VidurRouting.LeastOutstanding });
        yield return Knob("Seed", vllm with { Replicas = 2, Routing = VidurRouting.Random }, c => c with { Seed = 43 });
        yield return Knob("TimeLimitS", vllm, c => c with { TimeLimitS = 0.5 });
        yield return Knob("DeviceMemoryGib", vllm with { Blocks = null, Model = VidurCatalog.Model("Llama-2-7b") },
            c => c with { DeviceMemoryGib = 24 });
        yield return Knob("MemoryMargin", vllm with { Blocks = null, Model = VidurCatalog.Model("Llama-2-7b") },
            c => c with { MemoryMargin = 0.2 });
        yield return Knob("DeviceTflops", vllm, c => c with { DeviceTflops = 1000 });
        yield return Knob("Model", vllm, c => c with { Model = Model with { Layers = 4 } });
        yield return Knob("BinaryTera", vllm, c => Quirk(c, q => q with { BinaryTera = false }));
        yield return Knob("ZeroTimeIsUnset", vllm, c => Quirk(c, q => q with { ZeroTimeIsUnset = false }));
        yield return Knob("PoolOfWholeSlots",
            vllm with { Blocks = null, MaxTokens = 2048, Model = VidurCatalog.Model("Llama-2-7b"), DeviceMemoryGib = 16 },
            c => Quirk(c, q => q with { PoolOfWholeSlots = false }));
        yield return Knob("FreeBlockForEveryDecode", vllm, c => Quirk(c, q => q with { FreeBlockForEveryDecode = false }));
        yield return Knob("RestartInFront", vllm, c => Quirk(c, q => q with { RestartInFront = false }));
        yield return Knob("RestartCutsPrompt", sarathi, c => Quirk(c, q => q with { RestartCutsPrompt = false }));
        yield return Knob("LeakFinishedSlots", Base(VidurScheduler.FasterTransformer),
            c => Quirk(c, q => q with { LeakFinishedSlots = false }));
        yield return Knob("RouteByWaitingOnly", vllm with { Replicas = 2, Routing = VidurRouting.LeastOutstanding },
            c => Quirk(c, q => q with { RouteByWaitingOnly = false }));
        yield return Knob("MeanKvLength", vllm with { Timing = new VidurTiming { KvGranularity = 16 } },
            c => Quirk(c, q => q with { MeanKvLength = false }));
        yield return Knob("KvGranularity", vllm, c => c with { Timing = c.Timing with { KvGranularity = 16 } });
    }

    [TestCaseSource(nameof(Knobs))]
    public void Every_knob_turned_changes_the_run(VidurConfig config, Func<VidurConfig, VidurConfig> turn)
    {
        VidurConfig turned = turn(config);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Signature(turned) != Signature(config), "the knob changed nothing");
            Assert.That(Signature(config) == Signature(config), "the same run differed");
        }
    }

    /// <summary>A new knob needs a line above, or a test of its own: those of tables, generated requests and the formula of times
    /// have one.</summary>
    [Test]
    public void Every_knob_has_a_test()
    {
        string[] elsewhere =
        [
            nameof(VidurConfig.Timing), nameof(VidurConfig.Quirks), nameof(VidurQuirks.FlatBeyondProfile),
            nameof(VidurTiming.TokenGranularity), nameof(VidurTiming.DecodeBatchingOverhead), nameof(VidurTiming.PrefillBatchingOverhead),
            nameof(VidurTiming.NcclLaunchMs), nameof(VidurTiming.NcclSkewMs), nameof(VidurTiming.CpuOverhead),
            nameof(VidurTiming.MissingKey),
        ];
        IEnumerable<string> here = Knobs().Select(knob => knob.TestName!.Split('_')[1]);
        IEnumerable<string> all = ((Type[])[typeof(VidurConfig), typeof(VidurQuirks), typeof(VidurTiming)])
            .SelectMany(type => type.GetProperties().Where(property => property.CanWrite)).Select(property => property.Name);
        Assert.That(here.Concat(elsewhere), Is.EquivalentTo(all));
    }

    [Test]
    public void Every_quirk_is_on_by_default() =>
        Assert.That(
            typeof(VidurQuirks).GetProperties().Where(p => p.PropertyType == typeof(bool)).Select(p => p.GetValue(new VidurQuirks())),
            Is.All.True);

    /// <summary>With no time passing at 0, the first token of the restarted request reads as not set and is set again.</summary>
    [TestCase(true, 2.0)]
    [TestCase(false, 0.0)]
    public void Zero_time_is_unset_first_token_at_zero_is_set_again(bool unset, double firstToken)
    {
        // Prefills take no time, decodes a second: B restarts at 0 and prefills again when A has ended.
        FunctionTable table = new((_, _) => 0, (_, _) => 500);
        VidurConfig config = Config(VidurScheduler.Vllm, 3) with { Quirks = new VidurQuirks { ZeroTimeIsUnset = unset } };
        VidurRunResult run = VidurRun.Execute(config, [At(0, 4, 3), At(0, 4, 3)], table);
        Assert.That((Restarts(run)[1], FirstToken(run)[1]), Is.EqualTo((1, (double?)firstToken)));
    }

    /// <summary>Four of sixteen blocks from 1 to 3, one more when the request decodes; from 0 to 1 none.</summary>
    [TestCase(true, (25.0 + 50) / 2)]
    [TestCase(false, (0 + 25.0 + 50) / 3)]
    public void Zero_time_is_unset_averages_start_at_the_second_sample(bool unset, double percent)
    {
        VidurConfig config = Config(VidurScheduler.Vllm, 4) with { Quirks = new VidurQuirks { ZeroTimeIsUnset = unset } };
        VidurRunResult run = Run(config, At(1, 4, 2));
        Assert.That(run.Replicas[0].MemoryPercent.Mean, Is.EqualTo(percent).Within(1e-12));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Binary_tera_scales_utilisation(bool binary)
    {
        VidurConfig config = Config(VidurScheduler.Vllm, 4) with { DeviceTflops = 1e-9, Quirks = new VidurQuirks { BinaryTera = binary } };
        VidurRunResult run = Run(config, At(1, 4, 1));
        // Two layers: 2 * 4 tokens * (8 * 2 * 12 + 8 * 2 * 4 + 3 * 8 * 16) parameters, and 4 * 4 heads * 2 * 4 * 4 for attention.
        double flops = 2 * (2 * 4 * 640 + 4 * 4 * 2 * 4 * 4);
        double peak = 1e-9 * (binary ? 1L << 40 : 1e12);
        Assert.That(run.Replicas[0].StageMfuPercent[0].Mean, Is.EqualTo(100 * flops / peak).Within(1e-9));
    }

    private static string Signature(VidurConfig config)
    {
        VidurRunResult run = VidurRun.Execute(config, Crowd, Table);
        return string.Join(';',
            run.Results) + run.Iterations + "," + run.Replicas[0].MemoryPercent.Mean + "," + run.Replicas[0].StageMfuPercent[0].Mean
            + string.Join(',', run.Requests.Select(r => r.Replica));
    }

    private static VidurConfig Quirk(VidurConfig config, Func<VidurQuirks, VidurQuirks> turn) =>
        config with { Quirks = turn(config.Quirks) };

    private static TestCaseData Knob(string name, VidurConfig config, Func<VidurConfig, VidurConfig> turn) =>
        new TestCaseData(config, turn).SetName($"EveryKnob_{name}_ChangesTheRun");
}
