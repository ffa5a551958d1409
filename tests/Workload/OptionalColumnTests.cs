using ELLM.Sim.Experiments.Colocation;
using ELLM.Sim.Time;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

/// <summary>Whatever makes a trace from another carries every column along, one that it has never heard of included.</summary>
internal sealed class OptionalColumnTests
{
    private const int Requests = 40;

    private static readonly Trace Whole = new(
        "t", [.. Enumerable.Range(0, Requests).Select(i => i * SimTime.PsPerSecond)], [.. Enumerable.Range(100, Requests)],
        [.. Enumerable.Range(1, Requests)])
    {
        Columns =
        [
            new Squares([.. Enumerable.Range(100, Requests).Select(n => n * n)]),
            new ModelColumn([.. Enumerable.Range(100, Requests).Select(n => n % 2)], ["even", "odd"]),
        ],
    };

    private static readonly TestCaseData[] Derived =
    [
        new TestCaseData(TraceRate.Rescale(Whole, 7)).SetArgDisplayNames("another rate"),
        new TestCaseData(BlockBootstrap.Resample(Whole, 3)).SetArgDisplayNames("blocks drawn again"),
        new TestCaseData(new ModelRequests(Whole, Whole.Models!.Index).Of(1)).SetArgDisplayNames("one model's requests"),
        new TestCaseData(Whole.Pick([5, 5, 0], [0, 1, 2])).SetArgDisplayNames("rows picked"),
    ];

    [TestCaseSource(nameof(Derived))]
    public void Each_request_keeps_what_is_known_of_it(Trace trace)
    {
        Assert.That(trace.Count, Is.GreaterThan(0));
        Assert.That(trace.Find<Squares>()!.Values, Is.EqualTo(trace.InputTokens.Select(n => n * n)));
        Assert.That(trace.Models!.Index, Is.EqualTo(trace.InputTokens.Select(n => n % 2)));
        Assert.That(trace.OutputTokens, Is.EqualTo(trace.InputTokens.Select(n => n - 99)));
    }

    [Test]
    public void Sorting_a_file_takes_its_models_along()
    {
        Trace trace = Load.Text("arrival_s,input_tokens,output_tokens,model\n0,1,1,a\n9,2,1,b\n4,3,1,c\n").Trace;
        Assert.That(trace.InputTokens.Zip(trace.Models!.Index, (n, i) => $"{n}{trace.Models.Names[i]}"),
            Is.EqualTo(new[] { "1a", "3c", "2b" }));
    }

    [Test]
    public void A_column_of_another_length_is_refused() =>
        Assert.That(() => new Trace("t", [0, 1], [1, 1], [1, 1]) { Columns = [new Squares([1])] },
            Throws.ArgumentException.With.Message.Contains("Squares"));

    [Test]
    public void A_trace_without_columns_finds_none() =>
        Assert.That(new Trace("t", [0], [1], [1]).Find<Squares>(), Is.Null);

    private sealed class Squares(int[] values) : OptionalColumn
    {
        public int[] Values => values;

        public override int Count => values.Length;

        public override OptionalColumn Pick(ReadOnlySpan<int> rows) => new Squares(Pick(values, rows));
    }
}
