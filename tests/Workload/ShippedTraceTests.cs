using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Generators;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

[TestFixture]
public sealed class ShippedTraceTests
{
    [TestCase("chat", 3000)]
    [TestCase("long-context", 600)]
    public void Shipped_regenerated_has_the_same_bytes(string name, int count)
    {
        string traces = Path.Combine(Repository.Root, "traces");
        GeneratorSpec spec = GeneratorPresets.LoadNameOrFile(Path.Combine(traces, "specs", $"{name}.json"));
        using MemoryStream written = new();
        TraceWriter.Write(TraceGenerator.Generate(spec, count, seed: 1), written);
        Assert.That(written.ToArray(), Is.EqualTo(File.ReadAllBytes(Path.Combine(traces, $"{name}.csv"))).AsCollection);
    }

    [Test]
    public void Shipped_chat_looks_like_the_Azure_hour_at_half_rate_with_long_prompts()
    {
        (Trace trace, TraceLoadReport report) = ShippedTraces.Read(ShippedTraces.Default);
        TraceStatistics statistics = TraceStatistics.Of(trace);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.RowsKept, Is.EqualTo(report.RowsRead).And.EqualTo(3000));
            Assert.That(statistics.RatePerS, Is.EqualTo(3).Within(0.001));
            Assert.That(statistics.Output.Mean, Is.EqualTo(201.5).Within(10));
            Assert.That(trace.InputTokens.Count(t => t >= 16384) / 3000.0, Is.EqualTo(0.03).Within(0.01));
            Assert.That(statistics.Input.Max, Is.LessThanOrEqualTo(65536));
            Assert.That(trace.Name, Is.EqualTo("chat.csv"));
        }
    }

    [Test]
    public void Shipped_long_context_has_a_tail_to128_K()
    {
        (Trace trace, _) = ShippedTraces.Read("long-context.csv");
        Assert.That(trace.Count, Is.EqualTo(600));
        Assert.That(trace.InputTokens.Count(t => t >= 65536), Is.InRange(18, 60));
        Assert.That(trace.InputTokens.Max(), Is.InRange(110_000, 128_000));
    }

    [Test]
    public void Shipped_unknown_name_names_the_nearest() =>
        Assert.That(() => ShippedTraces.Read("chta"), Throws.TypeOf<InputException>().With.Message.Contains("did you mean 'chat'?"));
}
