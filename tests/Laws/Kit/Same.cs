using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Laws.Kit;

/// <summary>Assertions that two runs are one.</summary>
internal static class Same
{
    public static void Outcome(RunOutcome actual, RunOutcome expected)
    {
        for (int i = 0; i < expected.Records.Length; i++)
            Assert.That(Fields(actual.Records[i]), Is.EqualTo(Fields(expected.Records[i])), $"record {i}");
        Assert.That(Fields(actual.Counters), Is.EqualTo(Fields(expected.Counters)), "counters");
        Assert.That(actual.EndPs, Is.EqualTo(expected.EndPs), "end");
    }

    public static void Log(StepLog actual, StepLog expected)
    {
        Assert.That(actual.Steps.Keys.Order(), Is.EqualTo(expected.Steps.Keys.Order()));
        foreach ((int replica, List<Step> steps) in expected.Steps)
            Lists(actual.Steps[replica], steps, $"steps of replica {replica}");
        Lists([.. actual.GapCounts], [.. expected.GapCounts], "gaps");
        Lists(actual.Samples, expected.Samples, "samples");
        Lists([.. actual.Ends.Select(e => (e.Request, Fields(e.Record)))], [.. expected.Ends.Select(e => (e.Request, Fields(e.Record)))],
            "ends");
        foreach ((int replica, Int128 allocated) in expected.Allocated)
            Assert.That(actual.Allocated[replica], Is.EqualTo(allocated), $"KV integral of replica {replica}");
    }

    /// <summary>All fields as text: an unequal pair prints what differs.</summary>
    public static string Fields<T>(T value)
        where T : struct =>
        string.Join(' ',
            typeof(T).GetFields()
                .Select(f => f.GetValue(value) is LatencyLedger ledger ? Fields(ledger) : $"{f.Name}={f.GetValue(value)}"));

    private static void Lists<T>(List<T> actual, List<T> expected, string what)
    {
        int common = Math.Min(actual.Count, expected.Count);
        for (int i = 0; i < common; i++)
        {
            if (!EqualityComparer<T>.Default.Equals(actual[i], expected[i]))
                Assert.Fail($"{what}, number {i}: expected {expected[i]}, was {actual[i]}");
        }
        Assert.That(actual, Has.Count.EqualTo(expected.Count), what);
    }
}
