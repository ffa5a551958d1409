using System.Globalization;
using System.Text;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

/// <summary>The unit of a time column is never guessed in silence.</summary>
[TestFixture]
internal sealed class TraceUnitTests
{
    [Test]
    public void Milliseconds_layout_with_fractions_is_in_seconds_and_says_so()
    {
        (Trace trace, TraceLoadReport report) = Load.Text(Mooncake(0, 0.2, 0.4, 1.4));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trace.ArrivalPs[^1], Is.EqualTo(1_400_000_000_000L));
            Assert.That(report.TimeUnit, Is.EqualTo("s"));
            Assert.That(report.UnitTaken, Does.Contain("taken as seconds"));
        }
    }

    [Test]
    public void Milliseconds_layout_whose_times_can_be_milliseconds_is_read_as_published()
    {
        (Trace trace, TraceLoadReport report) = Load.Text(Mooncake(0, 3000, 6000, 9001));
        Assert.That((trace.ArrivalPs[^1], report.TimeUnit, report.UnitTaken), Is.EqualTo((9_001_000_000_000L, "ms", (string?)null)));
    }

    [Test]
    public void Seconds_layout_that_counts_microseconds_is_taken_as_such()
    {
        // One request in 2e6 units: 5e-7 requests/s as seconds, 5e-4 as milliseconds, half a request a second as microseconds, 500
        // as nanoseconds.
        string text = "arrived_at,num_prefill_tokens,num_decode_tokens\n0,1,2\n2000000,1,2\n4000000,1,2\n";
        Assert.That(Load.ErrorOf(text), Is.EqualTo(
            "logs/some.trace: the unit of its times is not known: ms, us, ns all give a rate between 1e-4 and 1e5 requests/s; state it "
                + "with --time-unit s, ms, us or ns"));
        Assert.That(Load.Text(text, new TraceReadOptions { TimeUnit = TimeUnit.Microseconds }).Trace.ArrivalPs[^1],
            Is.EqualTo(4_000_000_000_000L));
    }

    [Test]
    public void Column_named_by_the_user_takes_the_only_unit_that_fits_or_asks()
    {
        ColumnMap map = new("start", "p", "c");
        string seconds = "start,p,c\n0.25,1,2\n1.75,1,2\n3.5,1,2\n";
        string any = "start,p,c\n0,1,2\n1000,1,2\n2000,1,2\n";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Load.Text(seconds, new TraceReadOptions { Columns = map }).Trace.ArrivalPs[^1], Is.EqualTo(3_250_000_000_000L));
            Assert.That(Load.ErrorOf(any, new TraceReadOptions { Columns = map }), Does.Contain("state it with --time-unit"));
            Assert.That(Load.Text(any, new TraceReadOptions { Columns = map, TimeUnit = TimeUnit.Milliseconds }).Trace.ArrivalPs[^1],
                Is.EqualTo(2_000_000_000_000L));
        }
    }

    [TestCase("start_ms", 2_000_000_000L)]
    [TestCase("start (us)", 2_000_000L)]
    [TestCase("start_ns", 2_000L)]
    [TestCase("start_seconds", 2_000_000_000_000L)]
    public void Unit_in_the_name_of_a_column_is_its_unit(string column, long ps) =>
        Assert.That(
            Load.Text($"{column},p,c\n0,1,2\n1,1,2\n2,1,2\n",
                new TraceReadOptions { Columns = new ColumnMap(column, "p", "c") }).Trace.ArrivalPs[^1],
            Is.EqualTo(ps));

    [Test]
    public void Nanoseconds_of_an_epoch_are_read_to_the_last_digit() =>
        Assert.That(
            Load.Text("t_ns,p,c\n1767225600000000000,1,2\n1767225600000000007,1,2\n1767225601000000000,1,2\n",
                new TraceReadOptions { Columns = new ColumnMap("t_ns", "p", "c") })
            .Trace.ArrivalPs, Is.EqualTo(new[] { 0L, 7_000, 1_000_000_000_000 }));

    [Test]
    public void Stated_unit_that_no_server_could_see_is_refused() =>
        Assert.That(Load.ErrorOf(Mooncake(0, 1e9, 2e9, 3e9), new TraceReadOptions { TimeUnit = TimeUnit.Seconds }),
            Is.EqualTo("logs/some.trace: --time-unit s: expected a unit that gives 1e-4 to 1e5 requests/s, found 1e-09"));

    [Test]
    public void Wall_clock_has_no_unit() =>
        Assert.That(
            Load.ErrorOf("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,1,1\n",
                new TraceReadOptions { TimeUnit = TimeUnit.Seconds }),
            Does.Contain("--time-unit: expected a column of numbers"));

    private static string Mooncake(params double[] times)
    {
        StringBuilder text = new();
        foreach (double time in times)
            text.Append(CultureInfo.InvariantCulture, $"{{\"timestamp\": {time}, \"input_length\": 10, \"output_length\": 2}}\n");
        return text.ToString();
    }
}
