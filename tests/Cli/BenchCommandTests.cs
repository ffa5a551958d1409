using System.Text.Json;
using ELLM.Sim.Cli.Bench;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

internal sealed class BenchCommandTests
{
    [TestCase("vllm@300")]
    [TestCase("steady@300")]
    [TestCase("files@300")]
    public void Round_prints_the_times_of_its_laps(string row)
    {
        (int code, string output, string error) = Ellm.Run("bench", "--round", row, "--laps", "2");
        Assert.That((code, error), Is.EqualTo((0, "")));
        BenchRound round = BenchRound.Parse(output);
        Assert.That((round.Row, round.Requests, round.CoreS.Length, round.WallS.Length), Is.EqualTo((row, 300, 2, 2)));
        Assert.That(round.Iterations, Is.GreaterThan(300));
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.That(json.RootElement.EnumerateObject().Select(p => p.Name),
            Is.EqualTo(new[] { "row", "requests", "iterations", "core_s", "wall_s" }));
    }

    [Test]
    public void The_line_before_a_comparison_is_scored()
    {
        (int code, string output, string error) = Ellm.Run("bench", "--estimates", "1");
        Assert.That((code, error), Is.EqualTo((0, "")));
        Assert.That(output,
            Does.Match("^1 random steady loads: the line said tie on [01], .* said memory decides on [01], and one did on [01]\n$"));
    }

    [TestCase("vlm@300", "'vlm'")]
    [TestCase("vllm", "WHAT@REQUESTS")]
    [TestCase("vllm@-3", "WHAT@REQUESTS")]
    [TestCase("vllm@0", "WHAT@REQUESTS")]
    public void Round_that_does_not_exist_is_refused(string row, string named)
    {
        (int code, string output, string error) = Ellm.Run("bench", "--round", row);
        Assert.That((code, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.Contain(named).And.Contain("bench row"));
    }

    [Test]
    public void Against_a_folder_without_a_program_is_refused()
    {
        using ScratchFolder folder = new();
        (int code, _, string error) = Ellm.Run("bench", "--against", folder.Path);
        Assert.That(code, Is.EqualTo(2));
        Assert.That(error, Does.Contain("expected a folder with a built ellm"));
    }

    [Test]
    public void Against_leaves_out_rows_that_the_other_build_lacks()
    {
        using ScratchFolder folder = new();
        string other = Path.Combine(folder.Path, "ellm");
        File.WriteAllText(other, "#!/bin/sh\necho \"ellm: unrecognized option\" >&2\nexit 2\n");
        if (OperatingSystem.IsWindows())
            Assert.Ignore("the other build is a shell script");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(other, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        (int code, string output, _) = Ellm.Run("bench", "--against", folder.Path, "--rows", "vllm@300,ellm@300", "--pairs", "1");
        Assert.That(code, Is.EqualTo(0));
        Assert.That(output, Does.EndWith("left out, the other build has no such row: vllm@300, ellm@300\n"));
    }

    [Test]
    public void Ratio_is_that_of_the_medians_and_lies_in_its_interval()
    {
        (double, double)[] pairs = [(2.0, 1.0), (2.2, 1.1), (1.8, 0.9), (2.6, 1.3), (30, 1.0)];
        RatioOfMedians ratio = RatioOfMedians.Of(pairs);
        Assert.That((ratio.Other, ratio.This), Is.EqualTo((2.2, 1.0)));
        Assert.That(ratio.Ratio, Is.EqualTo(2.2));
        Assert.That(ratio.Low, Is.InRange(1.5, 2.2));
        Assert.That(ratio.High, Is.GreaterThanOrEqualTo(2.2));
        Assert.That(RatioOfMedians.Of(pairs), Is.EqualTo(ratio), "the same pairs give the same interval");
        RatioOfMedians exact = RatioOfMedians.Of([(3, 2), (3, 2), (3, 2)]);
        Assert.That((exact.Low, exact.Ratio, exact.High), Is.EqualTo((1.5, 1.5, 1.5)));
    }
}
