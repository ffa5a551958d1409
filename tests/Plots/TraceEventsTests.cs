using System.Text.Json;
using System.Text.Json.Nodes;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Policies;
using ELLM.Sim.Serving;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Plots;

public sealed class TraceEventsTests
{
    private static readonly string[] Phases = ["M", "X", "b", "e", "i", "C"];

    [TestCase(1)]
    [TestCase(2)]
    public void Write_of_a_run_follows_the_trace_event_format(int replicas)
    {
        JsonArray events = Events(Run(new TraceEvents(), replicas, out RunOutcome outcome));
        Dictionary<int, Stack<string>> open = [];
        decimal last = 0;
        foreach (JsonObject one in events.OfType<JsonObject>())
        {
            string phase = one["ph"]!.GetValue<string>();
            decimal at = one["ts"]!.GetValue<decimal>();
            Assert.That(Phases, Does.Contain(phase));
            Assert.That(at, Is.GreaterThanOrEqualTo(last));
            last = at;
            Assert.That(one["name"]!.GetValueKind(), Is.EqualTo(JsonValueKind.String));
            Assert.That(one["pid"]!.GetValue<int>(), Is.InRange(0, replicas - 1));
            if (phase == "X")
                Assert.That(one["dur"]!.GetValue<decimal>(), Is.GreaterThan(0));
            if (phase is not ("b" or "e"))
                continue;
            Stack<string> stack = open.TryGetValue(one["id"]!.GetValue<int>(), out Stack<string>? known)
                ? known
                : open[one["id"]!.GetValue<int>()] = [];
            if (phase == "b")
                stack.Push(one["name"]!.GetValue<string>());
            else
                Assert.That(stack.Pop(), Is.EqualTo(one["name"]!.GetValue<string>()));
        }
        using (Assert.EnterMultipleScope())
        {
            Assert.That(open.Values, Has.All.Empty);
            Assert.That(open, Has.Count.EqualTo(outcome.Records.Count(r => r.Status == RequestStatus.Finished)));
            Assert.That(Count(events, "M"), Is.EqualTo(replicas));
            Assert.That(Count(events, "C"), Is.GreaterThan(2));
        }
    }

    [Test]
    public void Iterations_cover_the_busy_time_exactly()
    {
        JsonArray events = Events(Run(new TraceEvents(), 1, out RunOutcome outcome));
        decimal busy = events.Where(e => e!["ph"]!.GetValue<string>() == "X").Sum(e => e!["dur"]!.GetValue<decimal>());
        Assert.That(busy * 1_000_000, Is.EqualTo((decimal)outcome.Counters.BusyPs));
    }

    [Test]
    public void Too_many_events_are_counted_and_the_rest_stays_balanced()
    {
        TraceEvents trace = new(maxEvents: 100);
        JsonArray events = Events(Run(trace, 1, out _));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trace.Dropped, Is.GreaterThan(0));
            Assert.That(events, Has.Count.LessThanOrEqualTo(101));
            Assert.That(Count(events, "b"), Is.EqualTo(Count(events, "e")));
        }
    }

    [Test]
    public void Observer_pair_leaves_the_metrics_as_they_are()
    {
        RunMetrics alone = new(), beside = new();
        Simulate(alone, 1);
        Simulate(new ObserverPair(beside, new TraceEvents(samplePs: 3_000_000_000)), 1);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(beside.Timeline.Rows.ToArray(), Is.EqualTo(alone.Timeline.Rows.ToArray()));
            Assert.That(beside.BatchIntegral, Is.EqualTo(alone.BatchIntegral));
            Assert.That(beside.BusyPs, Is.EqualTo(alone.BusyPs));
        }
    }

    private static int Count(JsonArray events, string phase) => events.Count(e => e!["ph"]!.GetValue<string>() == phase);

    private static JsonArray Events(TraceEvents trace)
    {
        using MemoryStream stream = new();
        trace.Write(stream);
        return JsonNode.Parse(stream.ToArray())!["traceEvents"]!.AsArray();
    }

    private static TraceEvents Run(TraceEvents trace, int replicas, out RunOutcome outcome)
    {
        outcome = Simulate(trace, replicas);
        return trace;
    }

    private static RunOutcome Simulate(IServingObserver observer, int replicas)
    {
        RunConfig config = ConfigBinder.Bind(PresetCatalog.Load("vllm"), [Assignment.Parse($"engine.replicas={replicas}")]);
        Trace trace = new("made-up", [.. Enumerable.Range(0, 60).Select(i => i * 30_000_000_000L)], [.. Enumerable.Repeat(300, 60)],
            [.. Enumerable.Range(1, 60)]);
        return Simulation.Run(Deployment.Resolve(config), trace, new SimulationOptions(Observer: observer));
    }
}
