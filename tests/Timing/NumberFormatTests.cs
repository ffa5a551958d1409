using ELLM.Sim.Models;
using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Timing;

/// <summary>8-bit weights, 8-bit KV and engine overheads.</summary>
[TestFixture]
internal sealed class NumberFormatTests
{
    private static readonly ModelSpec Model = ModelCatalog.Load("llama-3.1-70b");

    private static AnalyticTimeModel Time(TimingOptions options, string profile = "h100") =>
        new(TimingCatalog.Load(profile), Model, 4, options);

    private static long Step(AnalyticTimeModel time, int b, long kv)
    {
        DecodeBatch batch = new(b, b * kv, kv);
        return time.Decode(batch).Steps(batch).FirstPs;
    }

    [Test]
    public void Fp8_weights_small_batch_read_half_the_bytes()
    {
        TimingOptions none = new(Overhead: OverheadProfile.None);
        long full = Step(Time(none), 1, 128);
        long dynamicScales = Step(Time(none with { Weights = WeightFormat.Fp8Dynamic }), 1, 128);
        long staticScales = Step(Time(none with { Weights = WeightFormat.Fp8Static }), 1, 128);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((double)dynamicScales / full, Is.InRange(0.5, 0.85));
            Assert.That(staticScales, Is.LessThan(dynamicScales));
        }
    }

    [Test]
    public void Fp8_kv_long_context_costs_about_half_a_token()
    {
        TimingOptions none = new(Overhead: OverheadProfile.None);
        DecodeBatch batch = new(8, 8 * 1000, 1000);
        double full = Time(none).Decode(batch).PerContextTokenPs;
        double half = Time(none with { Fp8Kv = true }).Decode(batch).PerContextTokenPs;
        Assert.That(half / full, Is.EqualTo(0.5 * 0.92526 / 0.8481).Within(1e-3));
    }

    [Test]
    public void Fp8_not_measured_is_refused()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                Assert.Throws<InputException>(() => Time(new TimingOptions(Weights: WeightFormat.Fp8Dynamic), "a100"))!.Message,
                Is.EqualTo("timing profile a100 has no 8-bit products (gemm_8bit); use 16-bit weights"));
            Assert.That(
                Assert.Throws<InputException>(() => Time(new TimingOptions(Fp8Kv: true), "a100"))!.Message,
                Is.EqualTo("timing profile a100 has no attention over 8-bit KV (decode_attention_fp8_kv)"));
        }
    }

    [Test]
    public void Engine_overhead_replaces_the_profiles()
    {
        TimingOptions none = new(Overhead: OverheadProfile.None, PadToGraphs: true);
        TimingOptions engine = new(Engine: new EngineOverhead(150, 26, 0, "vLLM", false));
        Assert.That(Step(Time(engine), 8, 100) - Step(Time(none), 8, 100), Is.EqualTo((150 + 8 * 26) * 1_000_000L));
    }
}
