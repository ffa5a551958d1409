using System.Text;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

[TestFixture]
public sealed class TraceWriterTests
{
    private static readonly Trace Sample = new("s", [0, 1, 1_500_000_000_000, 12_000_000_000_000], [1, 2, 3, 4], [5, 6, 7, 8]);

    [TestCase(TraceFormat.Csv, "arrival_s,input_tokens,output_tokens\n0,1,5\n0.000000000001,2,6\n1.5,3,7\n12,4,8\n")]
    [TestCase(TraceFormat.Vidur, "arrived_at,num_prefill_tokens,num_decode_tokens\n0,1,5\n0.000000000001,2,6\n1.5,3,7\n12,4,8\n")]
    public void Write_csv_is_exact(TraceFormat format, string expected) => Assert.That(Text(Sample, format), Is.EqualTo(expected));

    [Test]
    public void Write_Mooncake_is_milliseconds()
    {
        string text = Text(Sample, TraceFormat.Mooncake);
        Assert.That(text, Does.StartWith("{\"timestamp\": 0, \"input_length\": 1, \"output_length\": 5}\n"));
        Assert.That(Load.Text(text).Trace.ArrivalPs[^1], Is.EqualTo(12_000_000_000_000));
    }

    [Test]
    public void Write_models_with_commas_and_quotes_read_back()
    {
        Trace trace = new("s", [0, 1, 2], [1, 2, 3],
            [1, 1, 1])
        { Columns = [new ModelColumn([0, 1, 0], ["a,\"b\"", new string('x', 5000)])] };
        (Trace read, _) = Load.Text(Text(trace, TraceFormat.Csv));
        Assert.That(read.Models!.Names, Is.EqualTo(trace.Models!.Names));
        Assert.That(read.Models!.Index, Is.EqualTo(trace.Models!.Index));
    }

    [FsCheck.NUnit.Property(Replay = "55555,77777", MaxTest = 200)]
    public void Write_any_trace_reads_back_to_the_same_picoseconds(ulong[] gaps, uint lengths)
    {
        if (gaps.Length == 0)
            return;
        long[] times = new long[gaps.Length];
        for (int i = 1; i < times.Length; i++)
            times[i] = times[i - 1] + (long)(gaps[i] % 1_000_000_000_000_000);
        int[] column = [.. times.Select((_, i) => (int)((lengths + (uint)i) % int.MaxValue) + 1)];
        Trace trace = new("s", times, column, column);
        (Trace read, TraceLoadReport report) = Load.Text(Text(trace, TraceFormat.Csv));
        Assert.That(read.ArrivalPs, Is.EqualTo(times));
        Assert.That(read.OutputTokens, Is.EqualTo(column));
        Assert.That(report.RowsDropped, Is.Zero);
    }

    [Test]
    public void Write_to_a_path_is_whole_or_refused()
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"{nameof(Write_to_a_path_is_whole_or_refused)}.csv");
        File.Delete(path);
        TraceWriter.Write(Sample, path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(TraceReader.Read(path).Trace.Count, Is.EqualTo(4));
            Assert.That(Directory.EnumerateFiles(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.*"), Is.Empty);
            Assert.That(() => TraceWriter.Write(Sample, path), Throws.TypeOf<InputException>().With.Message.Contains("exists already"));
            Assert.That(() => TraceWriter.Write(Sample, path, overwrite: true), Throws.Nothing);
            Assert.That(() => TraceWriter.Write(Sample, Path.Combine(path, "below", "x.csv")), Throws.TypeOf<InputException>());
        }
        File.Delete(path);
    }

    private static string Text(Trace trace, TraceFormat format)
    {
        using MemoryStream stream = new();
        TraceWriter.Write(trace, stream, format);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
