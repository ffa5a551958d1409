using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Prefixes;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

/// <summary>What results say of cached prefixes.</summary>
internal sealed class PrefixMetricsTests
{
    [Test]
    public void Hits_are_counted_in_tokens_and_blocks_and_idle_prefixes_are_a_layer_of_memory()
    {
        // Four requests of one prompt of 100 tokens, a second apart: three find 96 of them, 6 blocks of 16.
        RunReport report = Run("on");
        Assert.That(Number(report, "prefix_hit_tokens_share"), Is.EqualTo(3 * 96 / 400.0));
        Assert.That(Number(report, "prefix_hit_blocks_share"), Is.EqualTo(18 / 24.0));
        Assert.That(Number(report, "prefix_saved_tokens"), Is.EqualTo(3 * 96));
        Assert.That(Number(report, "prefix_evicted_blocks"), Is.Zero);
        Assert.That(Number(report, "prefix_recomputed_tokens"), Is.Zero);
        ReplicaSample[] samples = report.Timeline!.Rows.ToArray();
        Assert.That(samples.Max(s => s.IdlePrefixTokens), Is.EqualTo(96));
        long kv = report.Deployment!.Budget.KvBytesPerToken;
        Assert.That(samples.Max(s => GpuMemoryUse.Of(s, report.Deployment.Budget, 1).PrefixIdleBytes), Is.EqualTo(96 * kv));
    }

    [Test]
    public void What_requests_share_at_once_is_live_once()
    {
        RunReport report = Run("on", gapS: 0);
        ReplicaSample[] samples = report.Timeline!.Rows.ToArray();
        Assert.That(samples.Max(s => s.SharedPrefixTokens), Is.EqualTo(3 * 96));
        Assert.That(samples, Has.All.Matches<ReplicaSample>(s => s.LiveTokens <= s.AllocatedTokens));
        Assert.That(report.Summary!.Kv.LiveShare, Is.LessThanOrEqualTo(1));
    }

    [Test]
    public void Without_a_cache_the_columns_are_empty() =>
        Assert.That(Run("off") is var report
            && SummaryColumns.Metrics.Where(c => c.Name.StartsWith("prefix_", StringComparison.Ordinal))
                .All(c => c.Get(report.Summary!).IsUndefined));

    private static double? Number(RunReport report, string column) => SummaryColumns.Find(column).Get(report.Summary!).Number;

    private static RunReport Run(string cache, double gapS = 1)
    {
        PrefixTreeBuilder tree = new();
        tree.Add(100, 20);
        Trace trace = new("repeats", [.. Enumerable.Range(0, 4).Select(i => SimTime.FromSeconds(i * gapS).Picoseconds)],
            [.. Enumerable.Repeat(100, 4)], [.. Enumerable.Repeat(20, 4)])
        {
            Columns = [tree.Build([0, 0, 0, 0], default)],
        };
        RunConfig config = ConfigBinder.Bind(PresetCatalog.Load("vllm-v1"), [new Assignment("policy.prefix_cache", cache)]);
        return RunReport.Run(config, trace, SimulationOptions.Default with { Check = true });
    }
}
