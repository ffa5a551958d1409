using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments;

internal sealed class OracleTests
{
    [Test]
    public void The_preset_is_its_own_oracle() => Assert.That(Oracle.Of(Bind("live-bytes")), Is.EqualTo(Bind("live-bytes")));

    [TestCase("vllm", "vllm,ellm-gpu,vattention,live-bytes", 0,
        Description = "same scheduler, limits and host: the preset is the oracle of all")]
    [TestCase("vllm", "vllm,vattention", 1)]
    [TestCase("vtensor", "vllm,vtensor", 2, Description = "another utilisation")]
    [TestCase("ellm", "ellm,ellm-sync,ellm-no-slo", 1)]
    [TestCase("ellm", "ellm,vllm", 2, Description = "another host capacity")]
    public void Oracles_are_run_once_for_all_that_share_them(string policy, string policies, int runs)
    {
        RunConfig[] configs = [.. policies.Split(',').Select(p => Bind(p))];
        Assert.That(Oracle.Beside(configs), Has.Count.EqualTo(runs));
        Assert.That(Oracle.Beside(configs).Concat(configs), Has.Some.EqualTo(Oracle.Of(Bind(policy))));
    }

    [Test]
    public void Every_preset_has_an_oracle_that_starts_with_at_least_its_memory([ValueSource(nameof(Presets))] string preset)
    {
        RunConfig config = Bind(preset);
        Deployment policy = Deployment.Resolve(config), oracle = Deployment.Resolve(Oracle.Of(config)!);
        Assert.That(oracle.CreateMemory().CapacityTokens, Is.GreaterThan(policy.CreateMemory().CapacityTokens));
        Assert.That(
            (oracle.Limits.MaxNumSeqs, oracle.Limits.MaxNumBatchedTokens, oracle.Limits.MaxModelLen),
            Is.EqualTo((policy.Limits.MaxNumSeqs, policy.Limits.MaxNumBatchedTokens, policy.Limits.MaxModelLen)));
    }

    [Test]
    public void A_pool_stated_in_blocks_is_as_many_tokens_for_the_oracle()
    {
        RunConfig oracle = Oracle.Of(Bind("vllm", new Assignment("memory.kv_blocks", "500")))!;
        Assert.That((oracle.Memory.KvBlocks, oracle.Memory.KvTokens), Is.EqualTo(((long?)null, (long?)8000)));
    }

    [TestCase("compat", "vidur")]
    [TestCase("pp", "2")]
    public void Another_simulators_run_and_pipeline_stages_have_none(string key, string value) =>
        Assert.That(Oracle.Of(Bind("vllm", new Assignment(key, value))), Is.Null);

    [Test]
    public void Compare_scores_the_policies_and_returns_no_other_runs()
    {
        (Trace trace, _) = ShippedTraces.Read("chat", new TraceReadOptions { Limit = 60 });
        RunConfig[] configs = [Bind("orca-max"), Bind("vllm"), Bind("live-bytes")];
        IReadOnlyList<RunReport> reports = Compare.Run(configs, trace, SimulationOptions.Default, 2, keepRecords: false, oracles: true);
        IReadOnlyList<RunReport> bare = Compare.Run(configs, trace, SimulationOptions.Default, 1, keepRecords: false);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reports.Select(r => r.Label.Policy), Is.EqualTo(new[] { "orca-max", "vllm", "live-bytes" }));
            Assert.That(reports[2].Summary!.Oracle!.ShareOf(reports[2].Summary!), Is.EqualTo(1));
            Assert.That(reports[1].Summary!.Oracle, Is.EqualTo(OracleScore.Of(reports[2].Summary!)));
            Assert.That(reports[0].Summary!.Oracle!.ShareOf(reports[0].Summary!), Is.LessThan(1));
            Assert.That(bare.Select(r => r.Summary!.Oracle), Is.All.Null);
            Assert.That(reports.Select(r => r.Summary! with { Oracle = null }).Select(Columns),
                Is.EqualTo(bare.Select(r => Columns(r.Summary!))));
            Assert.That(Oracle.Run(configs[1], trace, SimulationOptions.Default)!.GoodputPerS,
                Is.EqualTo(reports[1].Summary!.Oracle!.GoodputPerS));
        }
    }

    [Test]
    public void A_row_of_live_bytes_has_at_least_the_host_memory_beside_it()
    {
        double most = Bind("ellm").Policy.SwapGib;
        IReadOnlyList<RunConfig> configs = Oracle.WithRoomOfAll([Bind("vllm"), Bind("ellm"), Bind("live-bytes")]);
        Assert.That(configs.Select(c => c.Policy.SwapGib), Is.EqualTo(new[] { Bind("vllm").Policy.SwapGib, most, most }));
        Assert.That(most, Is.GreaterThan(Bind("live-bytes").Policy.SwapGib));
    }

    [Test]
    public void Its_former_name_is_understood()
    {
        Assert.That(PresetCatalog.Load("oracle").Name, Is.EqualTo("live-bytes"));
        Assert.That(PresetCatalog.Names, Does.Not.Contain("oracle"));
    }

    private static string Columns(Summary summary) => string.Join(' ', SummaryColumns.All.Select(c => c.Get(summary).ToString()));

    private static IEnumerable<string> Presets => PresetCatalog.Names.Where(n => n != Oracle.Name);

    private static RunConfig Bind(string preset, params Assignment[] settings) => ConfigBinder.Bind(PresetCatalog.Load(preset), settings);
}
