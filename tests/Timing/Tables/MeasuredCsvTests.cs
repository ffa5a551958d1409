using System.IO.Compression;
using System.Text;
using ELLM.Sim.Timing.Tables;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Timing.Tables;

[TestFixture]
internal sealed class MeasuredCsvTests
{
    private static MeasuredCsv Read(string text) => MeasuredCsv.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "t.csv");

    private static string Fault(Action work) => Assert.Throws<InputException>(work)!.Message;

    [Test]
    public void Read_gzip_is_unpacked()
    {
        using MemoryStream packed = new();
        using (GZipStream zip = new(packed, CompressionMode.Compress, leaveOpen: true))
            zip.Write("a,b\n1,2\n"u8);
        packed.Position = 0;
        MeasuredCsv csv = MeasuredCsv.Read(packed, "t.csv.gz");
        Assert.That(csv.Number(0, "b"), Is.EqualTo(2));
    }

    [Test]
    public void Read_lfs_pointer_says_what_it_is() => Assert.That(
        Fault(() => Read("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n")),
        Is.EqualTo("t.csv: is a Git LFS pointer, not the table it stands for: fetch it with 'git lfs pull'"));

    [Test]
    public void Read_empty_file_names_the_header() =>
        Assert.That(Fault(() => Read("")), Is.EqualTo("t.csv:1: expected a header line, found an empty file"));

    [Test]
    public void Read_header_only_names_the_rows() =>
        Assert.That(Fault(() => Read("a,b\n")), Is.EqualTo("t.csv:2: expected rows of measurements, found none"));

    [Test]
    public void Read_short_row_names_its_line() =>
        Assert.That(Fault(() => Read("a,b\n1,2\n\n3\n")), Is.EqualTo("t.csv:4: expected 2 cells as in the header, found 1"));

    [TestCase("0")]
    [TestCase("-1.5")]
    [TestCase("nan")]
    [TestCase("NaN")]
    [TestCase("Infinity")]
    [TestCase("fast")]
    public void Us_no_time_names_line_and_cell(string cell) => Assert.That(
        Fault(() => Read($"us\n{cell}\n").Us(0, "us", 1)), Is.EqualTo($"t.csv:2: expected a time above zero in us, found '{cell}'"));

    [Test]
    public void Us_empty_cell_says_so() =>
        Assert.That(Fault(() => Read("m,us\n1,\n").Us(0, "us", 1)),
            Is.EqualTo("t.csv:2: expected a time above zero in us, found an empty cell"));

    [TestCase("2.5")]
    [TestCase("-1")]
    [TestCase("0")]
    public void Whole_no_count_names_line_and_cell(string cell) => Assert.That(
        Fault(() => Read($"n\n{cell}\n").Whole(0, "n", 1)),
        Is.EqualTo($"t.csv:2: expected a whole number of at least 1 in n, found '{cell}'"));

    [Test]
    public void Whole_written_as_real_is_read() => Assert.That(Read("n\n2.0\n").Whole(0, "n", 1), Is.EqualTo(2));

    [Test]
    public void Require_missing_column_lists_the_others() => Assert.That(
        Fault(() => Read("a,b\n1,2\n").Require("a", "c")), Is.EqualTo("t.csv: missing operator or column c; the table has a, b"));

    [Test]
    public void Read_quoted_cell_keeps_its_comma() => Assert.That(Read("a,b\n\"x,y\",2\n").Text(0, "a"), Is.EqualTo("x,y"));
}
