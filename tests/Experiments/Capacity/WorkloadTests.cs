using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Capacity;

/// <summary>What a search runs is what a user gets who replays at the rate it reports.</summary>
internal sealed class WorkloadTests
{
    [TestCase("chat", 2.34)]
    [TestCase("long-context", 0.1237)]
    public void First_draw_of_a_recording_is_the_trace_at_that_rate(string name, double rate)
    {
        (IWorkload workload, _) = Traces.LoadWorkload(name, new TraceReadOptions { Limit = 400 });
        Same(workload.At(rate, 0), Traces.Load(name, new TraceReadOptions { Limit = 400, RatePerSecond = rate }).Trace);
    }

    [TestCase("azure-chat", 2.34)]
    [TestCase("burstgpt", 0.7)]
    public void Draws_of_a_preset_are_its_seeds(string name, double rate)
    {
        (IWorkload workload, _) = Traces.LoadWorkload(name, new TraceReadOptions { Limit = 300, Seed = 5 });
        workload.At(10 * rate, 3);
        Same(workload.At(rate, 3), Traces.Load(name, new TraceReadOptions { Limit = 300, Seed = 8, RatePerSecond = rate }).Trace);
    }

    [Test]
    public void Draws_of_a_recording_have_the_rate_asked_for()
    {
        (IWorkload workload, _) = Traces.LoadWorkload("chat", TraceReadOptions.Default);
        for (int draw = 0; draw < 4; draw++)
            Assert.That(TraceRate.Of(workload.At(5, draw)), Is.EqualTo(5).Within(1e-6));
    }

    [Test]
    public void Closed_loops_and_single_instants_have_no_rate()
    {
        using ScratchFolder folder = new();
        string users = folder.File("users.json", """
            {"name":"users","arrivals":{"kind":"closed_loop","users":4},"input":{"kind":"constant","tokens":100},"output":{"kind":"constant","tokens":10}}
            """);
        string instant = folder.File("instant.csv", "arrival_s,input_tokens,output_tokens\n1,5,5\n1,5,5\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Traces.LoadWorkload(users, TraceReadOptions.Default),
                Throws.InstanceOf<InputException>().With.Message.Contains("a closed loop has no rate"));
            Assert.That(() => Traces.LoadWorkload(instant, TraceReadOptions.Default),
                Throws.InstanceOf<InputException>().With.Message.Contains("every request has the same time"));
        }
    }

    private static void Same(Trace actual, Trace expected)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(actual.ArrivalPs, Is.EqualTo(expected.ArrivalPs));
            Assert.That(actual.InputTokens, Is.EqualTo(expected.InputTokens));
            Assert.That(actual.OutputTokens, Is.EqualTo(expected.OutputTokens));
            Assert.That(actual.ContentHash, Is.EqualTo(expected.ContentHash));
        }
    }
}
