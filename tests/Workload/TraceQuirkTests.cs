using System.Text;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

[TestFixture]
public sealed class TraceQuirkTests
{
    private const string Header = "arrival_s,input_tokens,output_tokens\n";
    private const long Second = 1_000_000_000_000;

    [Test]
    public void Read_gzip_gives_the_same_trace_and_the_hash_of_the_stored_bytes()
    {
        byte[] packed = Load.Gzip(Header + "0,1,1\n1,2,2\n");
        (Trace trace, TraceLoadReport report) = Load.Bytes(packed);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trace.Count, Is.EqualTo(2));
            Assert.That(report.Gzip, Is.True);
            Assert.That(report.Sha256, Is.EqualTo(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(packed))));
            Assert.That(trace.ContentHash, Is.EqualTo(report.Sha256));
        }
    }

    [Test]
    public void Read_byte_order_mark_is_passed_over() =>
        Assert.That(Load.Bytes([0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(Header + "0,1,1\n")]).Trace.Count, Is.EqualTo(1));

    [Test]
    public void Read_blank_lines_anywhere_are_counted()
    {
        (Trace trace, TraceLoadReport report) = Load.Text("\n" + Header + "\r\n0,1,1\n\n\n1,2,2\n\n");
        Assert.That((trace.Count, report.BlankLines, report.RowsRead), Is.EqualTo((2, 5, 2)));
    }

    [Test]
    public void Read_times_out_of_order_sorts_stably_and_counts()
    {
        (Trace trace, TraceLoadReport report) = Load.Text(Header + "5,1,1\n2,2,1\n5,3,1\n2,4,1\n9,5,1\n");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trace.InputTokens, Is.EqualTo(new[] { 2, 4, 1, 3, 5 }));
            Assert.That(report.Inversions, Is.EqualTo(2));
            Assert.That(report.EqualTimes, Is.EqualTo(2));
            Assert.That(report.EqualTimeShare, Is.EqualTo(0.5));
            Assert.That(report.FirstTime, Is.EqualTo("2 s"));
        }
    }

    [Test]
    public void Read_non_utf8_model_is_replaced_not_refused()
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes("arrival_s,input_tokens,output_tokens,model\n0,1,1,"), 0xff, (byte)'a', (byte)'\n'];
        Assert.That(Load.Bytes(bytes).Trace.Models!.Names, Is.EqualTo(new[] { "\ufffda" }));
    }

    [TestCase("0.0000000000005", 0)]
    [TestCase("0.0000000000015", 2)]
    [TestCase("0.20793754200000001", 207_937_542_000)]
    [TestCase("1e-05", 10_000_000)]
    [TestCase("1.5E1", 15_000_000_000_000)]
    [TestCase("3.", 3_000_000_000_000)]
    [TestCase(".5", 500_000_000_000)]
    [TestCase(" 7 ", 7_000_000_000_000)]
    [TestCase("999999.999999999999", 999_999_999_999_999_999)]
    [TestCase("+7", 7_000_000_000_000)]
    public void Read_decimal_seconds_round_once_to_the_picosecond(string text, long expected) =>
        Assert.That(Load.Text(Header + $"0,1,1\n{text},1,1\n").Trace.ArrivalPs[1], Is.EqualTo(expected));

    [Test]
    public void Read_keep_time_offset_starts_at_the_files_zero_or_midnight()
    {
        TraceReadOptions keep = new() { KeepTimeOffset = true };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Load.Text(Header + "82,1,1\n", keep).Trace.ArrivalPs[0], Is.EqualTo(82 * Second));
            Assert.That(Load.Text("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 00:00:05.0000001,1,1\n", keep).Trace.ArrivalPs[0],
                Is.EqualTo(5 * Second + 100_000));
            Assert.That(Load.ErrorOf(Header + "-1,1,1\n", keep), Does.Contain("before 0"));
        }
    }

    [Test]
    public void Read_zero_output_kept_becomes_one_token_with_a_note()
    {
        (Trace trace, TraceLoadReport report) = Load.Text(Header + "0,5,0\n1,0,0\n2,0,4\n3,1,-1\n",
            new TraceReadOptions { ZeroOutput = ZeroOutputPolicy.KeepAsOne });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trace.OutputTokens, Is.EqualTo(new[] { 1 }));
            Assert.That(report.Dropped.Select(d => d.Reason), Is.EqualTo(new[]
            {
                "no input tokens and no output tokens", "no input tokens", "token count missing (-1)",
            }));
            Assert.That(report.Notes, Has.One.Contains("kept with one"));
        }
    }

    [Test]
    public void Read_limit_cuts_and_says_so()
    {
        (Trace trace, TraceLoadReport report) = Load.Text(Header + "0,1,1\n1,1,0\n2,1,1\n3,1,1\n", new TraceReadOptions { Limit = 2 });
        Assert.That((trace.Count, report.RowsRead, report.RowsDropped, report.RowsCut), Is.EqualTo((2, 4, 1, 1)));
    }

    [Test]
    public void Read_rate_sets_the_mean_gap()
    {
        (Trace trace, _) = Load.Text(Header + "0,1,1\n1,1,1\n4,1,1\n", new TraceReadOptions { RatePerSecond = 4 });
        Assert.That(trace.ArrivalPs, Is.EqualTo(new[] { 0, Second / 8, Second / 2 }));
        Assert.That(Load.ErrorOf(Header + "1,1,1\n1,1,1\n", new TraceReadOptions { RatePerSecond = 4 }), Does.Contain("same time"));
    }

    [Test]
    public void Read_time_scale_and_gap_cut_move_later_requests()
    {
        (Trace trace, TraceLoadReport report) = Load.Text(Header + "0,1,1\n1,1,1\n100,1,1\n101,1,1\n",
            new TraceReadOptions { MaxGapSeconds = 10, TimeScale = 0.5 });
        Assert.That(trace.ArrivalPs, Is.EqualTo(new[] { 0, Second / 2, 11 * Second / 2, 6 * Second }));
        Assert.That(report.Notes, Has.One.Contains("1 gaps were cut, 89 s"));
    }

    [Test]
    public void Read_spread_equal_times_stays_inside_the_tick_and_sorted()
    {
        string rows = string.Concat(Enumerable.Range(0, 300).Select(i => $"{i / 10 * 3},{i + 1},1\n"));
        (Trace trace, _) = Load.Text(Header + rows, new TraceReadOptions { SpreadEqualTimes = true, KeepTimeOffset = true });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(trace.ArrivalPs, Is.Ordered);
            for (int i = 0; i < 300; i++)
                Assert.That(trace.ArrivalPs[i], Is.InRange(i / 10 * 3 * Second, (i / 10 * 3 + 3) * Second - 1));
            Assert.That(trace.ArrivalPs.Distinct().Count(), Is.GreaterThan(290));
        }
    }

    [Test]
    public void Read_beyond_the_clock_drops_with_a_count()
    {
        (Trace trace, TraceLoadReport report) = Load.Text(Header + "19440110,1,1\n19440111,1,1\n28943983,1,1\n");
        Assert.That(trace.Count, Is.EqualTo(2));
        Assert.That(report.Dropped.Single().Reason, Does.Contain("106 days"));
    }

    [Test]
    public void Read_one_line_of_four_megabytes_is_read()
    {
        string ids = string.Join(',', Enumerable.Range(0, 700_000));
        (Trace trace, _) =
            Load.Text(
                $"{{\"timestamp\": 0, \"input_length\": 358400000, \"output_length\": 2, \"hash_ids\": [{ids}]}}\n{{\"timestamp\": 1, "
                    + $"\"input_length\": 8, \"output_length\": 2}}");
        Assert.That(trace.InputTokens, Is.EqualTo(new[] { 358_400_000, 8 }));
    }

    [FsCheck.NUnit.Property(Replay = "1234567,891011", MaxTest = 200)]
    public void Read_any_rows_every_row_is_kept_or_counted((byte Gap, byte Input, byte Output)[] rows, bool keepZero, bool gzip)
    {
        StringBuilder text = new(Header);
        long kept = 0;
        foreach ((byte gap, byte inTokens, byte outTokens) in rows)
        {
            int input = inTokens % 4 - 1, output = outTokens % 4 - 1;
            text.Append(gap).Append(',').Append(input).Append(',').Append(output).Append('\n');
            kept += input > 0 && (output > 0 || (output == 0 && keepZero)) ? 1 : 0;
        }
        TraceReadOptions options = new() { ZeroOutput = keepZero ? ZeroOutputPolicy.KeepAsOne : ZeroOutputPolicy.Drop };
        byte[] bytes = gzip ? Load.Gzip(text.ToString()) : Encoding.ASCII.GetBytes(text.ToString());
        if (kept == 0)
        {
            Assert.That(Load.ErrorOf(bytes, options), Does.Contain("no requests"));
            return;
        }
        (Trace trace, TraceLoadReport report) = Load.Bytes(bytes, options);
        Assert.That(report.RowsRead, Is.EqualTo(rows.Length));
        Assert.That(report.RowsKept, Is.EqualTo(kept));
        Assert.That(report.Dropped.Sum(d => d.Count), Is.EqualTo(rows.Length - kept));
        Assert.That(trace.ArrivalPs, Is.Ordered);
        Assert.That(trace.Count, Is.EqualTo(kept));
    }
}
