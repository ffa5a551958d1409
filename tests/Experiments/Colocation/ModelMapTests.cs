using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Colocation;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Colocation;

internal sealed class ModelMapTests
{
    [TestCase("""[{ "id": "a", "model": "x" }, { "id": "a", "model": "y" }]""", "models: expected each id once, found 'a' twice")]
    [TestCase("[]", "models: expected at least one model, found none")]
    [TestCase("""[{ "id": "", "model": "x" }]""", "id: expected a name, found an empty text")]
    [TestCase("""[{ "id": "a", "model": "x", "trace": "chat" }, { "id": "b", "model": "y" }]""",
        "models: expected requests for every model or for none, found none for 'b'")]
    [TestCase("""[{ "id": "a", "model": "x", "requests": 5 }]""",
        "requests: expected a positive number where a workload is drawn, for 'a', found 5")]
    [TestCase("""[{ "id": "a", "model": "x", "weight": 5 }]""", "unknown key 'weight'")]
    public void Wrong_map_is_one_line_with_its_place(string models, string expected)
    {
        InputException? refused = Assert.Throws<InputException>(
            () => _ = ModelMaps.Parse("mine.json", $$"""{ "name": "mine", "source": "test", "models": {{models}} }"""));
        Assert.That(refused!.Message, Does.StartWith("mine.json:1: ").And.Contains(expected));
    }

    [Test]
    public void Prism_map_names_the_27_models_as_the_trace_and_as_a_drawn_one_do()
    {
        ModelMap map = ModelMaps.Load(ModelMaps.Prism);
        Assert.That(map.Models, Has.Count.EqualTo(27));
        Assert.That((map.IndexOf("26"), map.IndexOf("model-26"), map.IndexOf("27"), map.IndexOf("model-")), Is.EqualTo((26, 26, -1, -1)));
    }

    [Test]
    public void Own_traces_are_merged_in_order_of_arrival()
    {
        ModelMap map = new("two", "test",
            [new MappedModel("a", "llama-3.2-1b", "chat"), new MappedModel("b", "llama-3.2-1b", "chat", StartS: 0.5)]);
        ModelRequests requests = ModelRequests.OfMap(map, new TraceReadOptions { Limit = 500 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(requests.Trace.Count, Is.EqualTo(500));
            Assert.That(requests.Trace.ArrivalPs, Is.Ordered);
            Assert.That(requests.Of(1).ArrivalPs[0] - requests.Of(0).ArrivalPs[0], Is.EqualTo(500_000_000_000));
            Assert.That(requests.Of(0).Count + requests.Of(1).Count, Is.EqualTo(500));
        }
    }

    [Test]
    public void Models_go_to_the_gpu_with_the_most_memory_left()
    {
        ModelMap map = new("four", "test",
            [.. new[] { "llama-3.2-1b", "llama-3.1-8b", "llama-3.1-8b", "llama-3.2-3b" }.Select((m, i) => new MappedModel($"{i}", m))]);
        Trace trace = new("t", [0], [10], [10]) { Columns = [new ModelColumn([0], ["0"])] };
        RunConfig config = ConfigBinder.Bind(PresetCatalog.Load("vllm-v1"), []);
        ColocationPlan plan = ColocationPlan.Make(config, new ColocationSpec(), map, ModelRequests.OfTrace(trace, map), 2);
        // The two large ones apart, then the middle one to the first of equals, then the small one to the other.
        Assert.That(plan.Placement.GpuOf, Is.EqualTo(new[] { 1, 0, 1, 0 }));
        foreach (int gpu in new[] { 0, 1 })
        {
            long held = plan.Engines.Where(e => e.Gpu == gpu).Sum(e => Placement.Fixed(e.Deployment.Budget));
            Assert.That(held + plan.Placement.KvBytes[gpu], Is.EqualTo(plan.Engines[0].Deployment.Budget.UtilisedBytes));
        }
    }
}
