using System.Globalization;
using System.Text;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

/// <summary>The first requests are the first by arrival, whatever the order of the file.</summary>
[TestFixture]
internal sealed class TraceCutTests
{
    [Test]
    public void Limit_keeps_the_first_arrivals_of_an_unsorted_file()
    {
        (Trace trace, TraceLoadReport report) = Read([100, 0, 1, 2], new TraceReadOptions { Limit = 3 });
        Assert.That((trace.ArrivalPs[0], trace.ArrivalPs[^1], report.RowsKept, report.RowsCut),
            Is.EqualTo((0L, 2_000_000_000_000L, 3L, 1L)));
    }

    [FsCheck.NUnit.Property(Replay = "51,7", MaxTest = 200)]
    public bool Cut_of_a_file_equals_the_cut_of_the_whole_trace(ushort[] times, byte skip, byte limit, byte from, byte length)
    {
        if (times.Length == 0)
            return true;
        double[] seconds = [.. times.Select(t => (double)t)];
        double first = seconds.Min();
        double[] expected = [.. seconds.Order().Where(t => t - first >= from * 100 && t - first < (from * 100) + (length * 500) + 1)
            .Skip(skip % 9).Take((limit % 9) + 1)];
        TraceReadOptions cut = new()
        {
            Skip = skip % 9,
            Limit = (limit % 9) + 1,
            Window = new TimeWindow(from * 100, (from * 100) + (length * 500) + 1),
            KeepTimeOffset = true,
        };
        if (expected.Length == 0)
            return Assert.Throws<InputException>(() => Read(seconds, cut))!.Message.Contains("found none", StringComparison.Ordinal);
        return Read(seconds, cut).Trace.ArrivalPs.SequenceEqual(expected.Select(t => (long)t * 1_000_000_000_000L));
    }

    [Test]
    public void Limit_of_a_long_file_stops_reading_once_no_earlier_row_can_be_expected()
    {
        const int Rows = 3_000_000;
        StringBuilder text = new("arrival_s,input_tokens,output_tokens\n");
        for (int i = 0; i < Rows; i++)
            text.Append(CultureInfo.InvariantCulture, $"{i},1,1\n");
        TraceLoadReport report = Load.Text(text.ToString(), new TraceReadOptions { Limit = 10 }).Report;
        Assert.That((report.RowsKept, report.Limited, report.RowsRead), Is.EqualTo((10L, true, 10L + (1 << 20))));
    }

    [TestCase("10m..40m", 600, 2400)]
    [TestCase("1.5h..2h", 5400, 7200)]
    [TestCase("..90", 0, 90)]
    [TestCase("30s..", 30, double.MaxValue)]
    public void Window_is_two_times(string text, double from, double to) =>
        Assert.That(TimeWindow.Parse(text), Is.EqualTo(new TimeWindow(from, to)));

    [TestCase("10m")]
    [TestCase("40m..10m")]
    [TestCase("a..b")]
    [TestCase("-5..5")]
    public void Window_of_another_form_is_refused(string text) =>
        Assert.That(Assert.Throws<InputException>(() => TimeWindow.Parse(text))!.Message,
            Does.StartWith($"--window {text}: expected FROM..TO"));

    private static (Trace Trace, TraceLoadReport Report) Read(double[] seconds, TraceReadOptions options)
    {
        StringBuilder text = new("arrival_s,input_tokens,output_tokens\n");
        foreach (double second in seconds)
            text.Append(CultureInfo.InvariantCulture, $"{second},1,1\n");
        return Load.Text(text.ToString(), options);
    }
}
