using System.Text;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

[TestFixture]
public sealed class TraceBadInputTests
{
    private const string Header = "arrival_s,input_tokens,output_tokens\n";

    [TestCase("0,x,1", "logs/some.trace:2: expected a whole number of tokens in column input_tokens, found 'x'")]
    [TestCase("0,1,", "logs/some.trace:2: expected a whole number of tokens in column output_tokens, found an empty field")]
    [TestCase("0,1.5,1", "logs/some.trace:2: expected a whole number of tokens in column input_tokens, found '1.5'")]
    [TestCase("0,-7,1", "logs/some.trace:2: expected a token count of at least 0 in column input_tokens, found '-7'")]
    [TestCase("0,1,2147483648", "logs/some.trace:2: expected a token count of at most 2147483647 in column output_tokens, found '2147483648'")]
    [TestCase("0,1,NaN", "logs/some.trace:2: expected a whole number of tokens in column output_tokens, found 'NaN'")]
    [TestCase("soon,1,1", "logs/some.trace:2: expected seconds in column arrival_s, found 'soon'")]
    [TestCase("inf,1,1", "logs/some.trace:2: expected seconds in column arrival_s, found 'inf'")]
    [TestCase(",1,1", "logs/some.trace:2: expected seconds in column arrival_s, found an empty field")]
    [TestCase("99999999999999999999,1,1", "logs/some.trace:2: expected seconds in column arrival_s, found '99999999999999999999'")]
    [TestCase("1e20,1,1", "logs/some.trace:2: expected seconds in column arrival_s, found '1e20'")]
    [TestCase("1e99,1,1", "logs/some.trace:2: expected seconds in column arrival_s, found '1e99'")]
    public void Read_BadField_NamesFileLineColumnExpectedAndFound(string row, string expected) =>
        Assert.That(Load.ErrorOf(Header + row + "\n"), Is.EqualTo(expected));

    [Test]
    public void Read_BadFieldAfterBlankLines_CountsEveryLine() =>
        Assert.That(Load.ErrorOf(Header + "\n\n0,1,1\n\n1,x,1\n"), Does.StartWith("logs/some.trace:6: "));

    [Test]
    public void Read_RowWithTooFewFields_NamesTheLine() =>
        Assert.That(Load.ErrorOf(Header + "0,1,1\n1,2\n"), Does.StartWith("logs/some.trace:3: ").And.Contain("2").And.Contain("3"));

    [Test]
    public void Read_BadTimestamp_ShowsTheForm() =>
        Assert.That(Load.ErrorOf("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-13-16 18:15:46,1,1\n"),
            Does.StartWith("logs/some.trace:2: expected a time like 2023-11-16 18:15:46.6805900 in column TIMESTAMP, found '2023-13-16"));

    [Test]
    public void Read_UnknownHeader_PrintsFoundAndKnown()
    {
        string message = Load.ErrorOf("when,how_long\n1,2\n");
        Assert.That(message, Does.Contain("when,how_long").And.Contain("ContextTokens").And.Contain("arrival_s,input_tokens,output_tokens").And.Contain("input_length"));
        Assert.That(message, Does.Not.Contain("\n"));
    }

    [Test]
    public void Read_UnknownKeys_PrintsFoundAndKnown() =>
        Assert.That(Load.ErrorOf("{\"when\": 1, \"text\": \"x\"}\n"), Does.StartWith("logs/some.trace:1: unknown keys: when,text").And.Contain("input_length"));

    [Test]
    public void Read_HeaderOnly_SaysThereIsNothing() => Assert.That(Load.ErrorOf(Header), Does.Contain("no requests to replay below the header"));

    [Test]
    public void Read_AllRowsDropped_SaysWhy() =>
        Assert.That(Load.ErrorOf(Header + "0,1,0\n"), Does.Contain("1 dropped: no output tokens"));

    [TestCase("", "the file is empty")]
    [TestCase("\n\n \r\n", "only blank lines")]
    [TestCase("a\0b", "binary data")]
    [TestCase("PK\u0003\u0004rest", "a zip archive")]
    [TestCase("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", "a Git LFS pointer")]
    [TestCase("BZh91AY", "bzip2")]
    [TestCase("PAR1....", "Parquet data")]
    public void Read_NotATrace_SaysWhatItIs(string content, string expected) => Assert.That(Load.ErrorOf(content), Does.Contain(expected));

    [Test]
    public void Read_PickleOrUtf16_SaysWhatItIs()
    {
        Assert.That(Load.ErrorOf([0x80, 4, 0x95, 1, 2]), Does.Contain("pickle"));
        Assert.That(Load.ErrorOf([0xff, 0xfe, (byte)'a', 0]), Does.Contain("UTF-16"));
    }

    [Test]
    public void Read_GzipCutOffAnywhere_IsRefused()
    {
        byte[] whole = Load.Gzip(Header + string.Concat(Enumerable.Range(0, 3000).Select(i => $"{i},{i * 7919 % 1000 + 1},{i * 104729 % 1000 + 1}\n")));
        foreach (int length in new[] { 12, whole.Length / 2, whole.Length - 9, whole.Length - 1 })
            Assert.That(Load.ErrorOf(whole[..length]), Does.StartWith("logs/some.trace: ").And.Contain("gzip").Or.Contain("holds nothing"), $"{length} bytes");
    }

    [Test]
    public void Read_GzipWithDamage_IsRefused()
    {
        byte[] bytes = Load.Gzip(Header + "0,1,1\n");
        bytes[^6] ^= 0x55;
        Assert.That(Load.ErrorOf(bytes), Does.Contain("gzip"));
    }

    [Test]
    public void Read_JsonCutOff_NamesTheLine()
    {
        const string row = "{\"timestamp\": 0, \"input_length\": 1, \"output_length\": 2}\n";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Load.ErrorOf(row + row + row[..30]), Does.StartWith("logs/some.trace:3: the JSON stops in the middle"));
            Assert.That(Load.ErrorOf(row[..30]), Does.StartWith("logs/some.trace:1: the JSON stops in the middle"));
            Assert.That(Load.ErrorOf(row + "{\"timestamp\": 0 \"input_length\": 1}\n"), Does.StartWith("logs/some.trace:2: not valid JSON"));
            Assert.That(Load.ErrorOf(row + "7\n"), Does.StartWith("logs/some.trace:2: expected a JSON object, found '7'"));
            Assert.That(Load.ErrorOf(row + "{\"timestamp\": 0, \"input_length\": 1}\n"), Does.StartWith("logs/some.trace:2: expected a key output_length"));
            Assert.That(Load.ErrorOf(row + "{\"timestamp\": \"x\", \"input_length\": 1, \"output_length\": 1}\n"),
                Is.EqualTo("logs/some.trace:2: expected a number of milliseconds in timestamp, found 'x'"));
            Assert.That(Load.ErrorOf(row + "{\"timestamp\": 0, \"input_length\": [1], \"output_length\": 1}\n"), Does.StartWith("logs/some.trace:2: expected a whole number"));
        }
    }

    [Test]
    public void Read_MissingFileOrDirectory_OneLineEach()
    {
        string directory = TestContext.CurrentContext.WorkDirectory;
        string missing = Path.Combine(directory, "no-such-trace.csv");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => TraceReader.Read(missing), Throws.TypeOf<InputException>().With.Message.EqualTo($"{missing}: no such file"));
            Assert.That(() => TraceReader.Read(directory), Throws.TypeOf<InputException>().With.Message.EqualTo($"{directory}: a directory, expected a trace file"));
            Assert.That(() => TraceReader.Read(""), Throws.TypeOf<InputException>());
        }
    }

    [Test]
    public void Read_BadOptions_NameTheOption()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Load.ErrorOf(Header + "0,1,1\n", new TraceReadOptions { RatePerSecond = 0 }), Does.StartWith("rate"));
            Assert.That(Load.ErrorOf(Header + "0,1,1\n", new TraceReadOptions { TimeScale = double.NaN }), Does.StartWith("time scale"));
            Assert.That(Load.ErrorOf(Header + "0,1,1\n", new TraceReadOptions { TimeScale = 1e40 }), Does.StartWith("time scale"));
            Assert.That(Load.Text(Header + "0,1,1\n9,1,1\n", new TraceReadOptions { MaxGapSeconds = 1e9 }).Trace.Count, Is.EqualTo(2));
            Assert.That(Load.ErrorOf(Header + "0,1,1\n", new TraceReadOptions { Limit = 0 }), Does.StartWith("limit"));
        }
    }

    [FsCheck.NUnit.Property(Replay = "424242,171717", MaxTest = 300)]
    public void Read_AnyBytes_LoadOrGiveOneLine(byte[] noise, byte where)
    {
        byte[] start = Encoding.ASCII.GetBytes(where % 3 == 0 ? Header + "0,1,1\n" : where % 3 == 1 ? "{\"timestamp\": 0, \"input_length\": 1, \"output_length\": 2}\n" : "");
        try
        {
            Load.Bytes([.. start, .. noise]);
        }
        catch (InputException e)
        {
            Assert.That(e.Message, Does.Not.Contain("\n"));
        }
    }
}
