using ELLM.Sim.Cli.Options;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

internal sealed class GpuMemoryUseTests
{
    private static IEnumerable<string> Presets => PresetCatalog.Names;

    [Test]
    public void Parts_at_every_sample_are_not_negative_and_sum_to_the_device(
        [ValueSource(nameof(Presets))] string preset, [Values(1, 2)] int ranks)
    {
        RunReport report = Run(preset, new Assignment("tp", $"{ranks}"));
        foreach (ReplicaSample sample in report.Timeline!.Rows)
        {
            GpuMemoryUse use = GpuMemoryUse.Of(sample, report.Deployment!.Budget, ranks);
            long[] parts =
            [
                use.WeightsBytes, use.RuntimeBytes, use.ActivationLiveBytes, use.ActivationIdleBytes, use.KvLiveBytes, use.KvIdleBytes,
                use.PrefixIdleBytes, use.FreeBytes, use.OutsideBytes,
            ];
            Assert.That(parts, Is.All.GreaterThanOrEqualTo(0), $"{sample}");
            Assert.That(parts.Sum(), Is.EqualTo(ranks * report.Deployment.Gpu.VisibleBytes), $"{sample}");
        }
    }

    [Test]
    public void Activations_with_a_fixed_boundary_are_the_reserve_and_live_by_the_tokens_of_the_iteration()
    {
        RunReport report = Run("vllm");
        GpuMemoryUse[] uses = Uses(report);
        long reserve = report.Deployment!.Budget.ActivationBytes;
        Assert.That(uses.Select(u => u.ActivationLiveBytes + u.ActivationIdleBytes), Is.All.EqualTo(reserve));
        ReplicaSample prefill = report.Timeline!.Rows.ToArray().First(s => s.PrefillTokens > 0);
        Assert.That(GpuMemoryUse.Of(prefill, report.Deployment.Budget, 1).ActivationLiveBytes, Is.EqualTo(prefill.PrefillTokens * 110_592L));
        ReplicaSample decode = report.Timeline.Rows.ToArray().First(s => s is { PrefillTokens: 0, IterationTokens: > 0 });
        Assert.That(GpuMemoryUse.Of(decode, report.Deployment.Budget, 1).ActivationLiveBytes, Is.EqualTo(decode.Running * 110_592L));
    }

    [Test]
    public void Activations_with_an_elastic_boundary_are_what_the_run_has_mapped()
    {
        RunReport report = Run("ellm", new Assignment("memory.activation_bytes", "200000000"), new Assignment("memory.kv_tokens", "12000"));
        GpuMemoryUse[] uses = Uses(report);
        long[] mapped = [.. uses.Select(u => u.ActivationLiveBytes + u.ActivationIdleBytes)];
        Assert.That(mapped, Is.Not.All.EqualTo(mapped[^1]), "KV takes idle chunks and gives them back");
        Assert.That(mapped.Max(), Is.GreaterThan(200_000_000), "activations may have more than a fixed reserve would be");
        Assert.That(uses.Select(u => u.KvIdleBytes), Has.Some.Positive);
        Assert.That(report.Timeline!.Rows.ToArray().Select(s => s.BufferBytes), Has.None.Null);
    }

    private static GpuMemoryUse[] Uses(RunReport report) =>
        Array.ConvertAll(report.Timeline!.Rows.ToArray(), s => GpuMemoryUse.Of(s, report.Deployment!.Budget, report.Config.Tp));

    private static RunReport Run(string preset, params Assignment[] settings)
    {
        (Trace trace, _) = ShippedTraces.Read("chat", new TraceReadOptions { Limit = 100 });
        Assignment[] small = [new("engine.max_model_len", "16000"), .. settings];
        return RunReport.Run(ConfigBinder.Bind(PresetCatalog.Load(preset), small), trace, SimulationOptions.Default);
    }
}
