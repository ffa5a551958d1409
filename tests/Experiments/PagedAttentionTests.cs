using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments;

/// <summary>
/// PagedAttention (Kwon et al., SOSP 2023): OPT-13B on an A100-40, ShareGPT lengths, 2 requests/s. Batched requests as in its
/// section 6.2, useful KV as in its figure 2. docs/reproductions/paged-attention.md says where the differences come from.
/// </summary>
internal sealed class PagedAttentionTests
{
    private static readonly (string Policy, double Batch, double Useful)[] Published =
        [("orca-max", 7.00, 0.204), ("orca-pow2", 9.81, 0.268), ("orca-oracle", 13.62, 0.382), ("vllm", 30.42, 0.963)];

    private static readonly Lazy<Summary[]> Pinned = new(() => Measure(new Assignment("memory.kv_tokens", "15700")));

    private static readonly Lazy<Summary[]> Computed = new(() => Measure());

    [Test]
    public void Batches_stand_in_the_published_order()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Pinned.Value.Select(s => s.BatchMean!.Value), Is.Ordered.Ascending);
            Assert.That(Computed.Value.Select(s => s.BatchMean!.Value), Is.Ordered.Ascending);
            Assert.That(Pinned.Value.Select(s => s.Kv.LiveShare!.Value), Is.Ordered.Ascending);
            Assert.That(Computed.Value.Select(s => s.Kv.LiveShare!.Value), Is.Ordered.Ascending);
        }
    }

    [Test]
    public void Batches_have_the_published_ratios_with_the_published_pool()
    {
        double unit = Pinned.Value[0].BatchMean!.Value;
        for (int i = 0; i < Published.Length; i++)
        {
            double published = Published[i].Batch / Published[0].Batch;
            Assert.That(Pinned.Value[i].BatchMean!.Value / unit, Is.EqualTo(published).Within(15).Percent, Published[i].Policy);
        }
    }

    [Test]
    public void Useful_shares_are_the_published_ones()
    {
        for (int i = 0; i < Published.Length; i++)
        {
            Assert.That(Pinned.Value[i].Kv.LiveShare!.Value, Is.EqualTo(Published[i].Useful).Within(0.035), Published[i].Policy);
            Assert.That(Computed.Value[i].Kv.LiveShare!.Value, Is.EqualTo(Published[i].Useful).Within(0.045), Published[i].Policy);
        }
    }

    private static Summary[] Measure(params Assignment[] assignments)
    {
        (Trace trace, _) = Traces.Load("sharegpt-paged-attention", new TraceReadOptions { RatePerSecond = 2, Limit = 7200 });
        Assignment[] deployment = [new("model", "opt-13b"), new("gpu", "a100-40"), new("engine.overhead", "eager"), .. assignments];
        RunConfig[] configs = [.. Published.Select(p => ConfigBinder.Bind(PresetCatalog.Load(p.Policy), deployment))];
        return [.. Compare.Run(configs, trace, SimulationOptions.Default, jobs: 4, keepRecords: false).Select(r => r.Summary!)];
    }
}
