using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

/// <summary>Options that say how a trace is read reach the reader from every command.</summary>
[TestFixture]
internal sealed class TraceOptionTests
{
    [Test]
    public void Array_in_a_file_named_json_is_a_trace()
    {
        using ScratchFolder folder = new();
        string file = folder.In("arr.json");
        File.WriteAllText(file,
            "[{\"timestamp\":0,\"input_length\":10,\"output_length\":2},\n {\"timestamp\":1000,\"input_length\":10,\"output_length\":2}]\n");
        (int code, string output, string error) = Ellm.Run("trace", "convert", file);
        Assert.That((code, output), Is.EqualTo((0, "arrival_s,input_tokens,output_tokens\n0,10,2\n1,10,2\n")), error);
    }

    [Test]
    public void Sessions_without_a_common_clock_replay_at_a_stated_rate()
    {
        using ScratchFolder folder = new();
        string file = folder.In("cc.jsonl");
        File.WriteAllText(file,
            "{\"id\":\"a\",\"block_size\":64,\"requests\":[{\"t\":0,\"in\":100,\"out\":5},{\"t\":3.5,\"in\":200,\"out\":6}]}\n");
        (int without, _, string asked) = Ellm.Run("trace", "convert", file);
        (int code, string output, string error) = Ellm.Run("trace", "convert", file, "--session-rate", "1");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((without, asked), Is.EqualTo((2, asked)));
            Assert.That(asked, Does.Contain("--session-rate"));
            Assert.That((code, output), Is.EqualTo((0, "arrival_s,input_tokens,output_tokens\n0,100,5\n3.5,200,6\n")), error);
        }
    }

    [Test]
    public void Another_unit_than_the_layouts_is_said_without_being_asked()
    {
        using ScratchFolder folder = new();
        string file = folder.In("seconds.jsonl");
        File.WriteAllText(file,
            string.Concat(
                new[] { "0", "0.2", "0.4", "1.4" }.Select(t => $"{{\"timestamp\":{t},\"input_length\":10,\"output_length\":2}}\n")));
        (int code, string output, string error) = Ellm.Run("trace", "convert", file);
        Assert.That((code, output), Is.EqualTo((0, "arrival_s,input_tokens,output_tokens\n0,10,2\n0.2,10,2\n0.4,10,2\n1.4,10,2\n")));
        Assert.That(error, Does.Contain("times are taken as seconds"));
    }

    [Test]
    public void Ties_of_a_log_of_whole_seconds_are_said_and_spread_when_asked()
    {
        using ScratchFolder folder = new();
        string file = folder.In("bgs.csv");
        File.WriteAllText(file,
            "arrival_s,input_tokens,output_tokens\n" + string.Concat(Enumerable.Range(0, 12).Select(i => $"{i / 6},10,2\n")));
        (_, string kept, string warned) = Ellm.Run("trace", "convert", file);
        (_, string spread, string silent) = Ellm.Run("trace", "convert", file, "--spread-equal-times");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(kept.Split('\n').Skip(1).Select(line => line.Split(',')[0]).Where(t => t.Length > 0).Distinct(),
                Is.EqualTo(new[] { "0", "1" }));
            Assert.That(warned, Does.Contain("--spread-equal-times"));
            Assert.That(spread.Split('\n').Skip(1).Select(line => line.Split(',')[0]).Where(t => t.Length > 0).Distinct().Count(),
                Is.EqualTo(12));
            Assert.That(silent, Does.Not.Contain("--spread-equal-times"));
        }
    }

    [TestCase("--columns", "arrival=t", "--columns arrival=t: expected")]
    [TestCase("--window", "5", "--window 5: expected FROM..TO")]
    [TestCase("--time-unit", "days", "--time-unit days: expected s, ms, us or ns")]
    [TestCase("--skip", "99", "expected requests after --window and --skip, found none among 2")]
    public void Option_that_cannot_be_is_one_line(string option, string value, string says)
    {
        using ScratchFolder folder = new();
        string file = folder.In("two.csv");
        File.WriteAllText(file, "arrival_s,input_tokens,output_tokens\n0,1,2\n1,1,2\n");
        (int code, string output, string error) = Ellm.Run("trace", "stats", file, option, value);
        Assert.That((code, output), Is.EqualTo((2, "")));
        Assert.That(error.TrimEnd().Split('\n'), Has.Length.EqualTo(1).And.All.Contains(says));
    }
}
