using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Policies;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments;

internal sealed class TracesTests
{
    private const string Users = """
        {"name":"users","arrivals":{"kind":"closed_loop","users":4},"input":{"kind":"constant","tokens":100},"output":{"kind":"constant","tokens":10}}
        """;

    [Test]
    public void Presets_are_drawn_with_the_limit_and_the_seed()
    {
        (Trace a, TraceLoadReport? report) = Traces.Load("azure-chat", new TraceReadOptions { Limit = 20, Seed = 3 });
        (Trace b, _) = Traces.Load("azure-chat", new TraceReadOptions { Limit = 20, Seed = 4 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report, Is.Null);
            Assert.That(a.Count, Is.EqualTo(20));
            Assert.That(a.InputTokens, Is.Not.EqualTo(b.InputTokens));
        }
    }

    [Test]
    public void Generated_traces_have_a_rate_and_no_scale() =>
        Assert.That(() => Traces.Load("azure-chat", new TraceReadOptions { TimeScale = 2 }),
            Throws.TypeOf<InputException>().With.Message.Contains("--rate"));

    [Test]
    public void Closed_loop_never_has_more_requests_than_users()
    {
        using ScratchFolder folder = new();
        (Trace trace, _) = Traces.Load(folder.File("users.json", Users), new TraceReadOptions { Limit = 40 });
        RunReport report = RunReport.Run(ConfigBinder.Bind(PresetCatalog.Load("vllm"), []), trace, SimulationOptions.Default);
        Assert.That((report.Summary!.Completed, report.Summary.BatchMax), Is.EqualTo((40, 4)));
    }
}
