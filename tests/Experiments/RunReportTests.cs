using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments;

internal sealed class RunReportTests
{
    private static readonly Trace Chat = Traces.Load(Traces.Default, new TraceReadOptions { Limit = 400 }).Trace;

    [TestCaseSource(typeof(PresetCatalog), nameof(PresetCatalog.Names))]
    public void Observed_totals_are_those_of_the_engine_and_of_the_records(string policy)
    {
        RunReport report = RunReport.Run(ConfigBinder.Bind(PresetCatalog.Load(policy), []), Chat, SimulationOptions.Default);
        Summary s = report.Summary!;
        RequestRecord[] records = report.Outcome!.Records;
        long gaps = records.Sum(r => Math.Max(0, r.EmittedTokens - 1L));
        Int128 decoding = 0;
        foreach (RequestRecord r in records)
            decoding += r.Status == RequestStatus.Finished ? r.FinishPs - r.FirstTokenPs : 0;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(s.Completed + s.Rejected + s.Unfinished, Is.EqualTo(s.Requests));
            Assert.That(s.Itl.Count, Is.EqualTo(gaps), "a gap for every token but the first");
            Assert.That((double)s.Itl.MeanPs * gaps, Is.EqualTo((double)decoding).Within(gaps),
                "gaps sum to the time between first and last tokens");
            Assert.That(s.Kv.Live + s.Kv.Internal + s.Kv.Reserved + s.Kv.External + s.Kv.Idle, Is.EqualTo(s.Kv.Capacity));
            Assert.That(new[] { s.Kv.Live, s.Kv.Internal, s.Kv.Reserved, s.Kv.External, s.Kv.Idle },
                Has.All.GreaterThanOrEqualTo((Int128)0));
            Assert.That(s.Mfu, Is.InRange(0.0, 1.0));
            Assert.That(s.BandwidthUtilization, Is.InRange(0.0, 1.0));
            Assert.That(s.BusyShare, Is.InRange(0.0, 1.0));
        }
    }

    [Test]
    public void Objectives_default_to_multiples_of_the_unloaded_latencies()
    {
        Deployment deployment = Deployment.Resolve(ConfigBinder.Bind(PresetCatalog.Load("vllm"), []));
        UnloadedLatency unloaded = UnloadedLatency.Of(deployment.Time, Chat, deployment.Limits.MaxModelLen);
        SloTargets targets = unloaded.Targets(new SloSpec(TpotS: 0.05));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(targets.TtftPs, Is.EqualTo(25 * unloaded.TtftPs).Within(1));
            Assert.That(targets.TpotPs, Is.EqualTo(50_000_000_000));
        }
    }

    [Test]
    public void Comparison_fails_only_when_nothing_runs()
    {
        RunConfig works = ConfigBinder.Bind(PresetCatalog.Load("vllm"), []);
        RunConfig fails = ConfigBinder.Bind(PresetCatalog.Load("orca-max"), [new("policy.overflow", "swap")]);
        IReadOnlyList<RunReport> reports = Compare.Run([fails, works], Chat, SimulationOptions.Default, jobs: 2, keepRecords: false);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(reports.Select(r => r.Reason is null), Is.EqualTo(new[] { false, true }));
            Assert.That(reports[1].Outcome, Is.Null);
            Assert.That(() => Compare.Run([fails, fails], Chat, SimulationOptions.Default, 1, false), Throws.TypeOf<InputException>());
        }
    }
}
