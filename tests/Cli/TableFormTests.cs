using ELLM.Sim.Cli;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Tests.Golden;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Cli;

/// <summary>The same tables for a pipe, a terminal of some width, and a page in Markdown.</summary>
internal sealed class TableFormTests
{
    private const char Escape = '\u001b';
    private static readonly string[] Compare =
        ["compare", "chat", "--limit", "40", "--policies", "vllm,ellm,orca-max", "--no-report", "--quiet"];

    [Test]
    public void A_terminal_has_lines_that_fit_it([Values(80, 120, 200)] int columns, [Values] bool colour)
    {
        string text = OnScreen(columns, colour);
        string[] rows = [.. Plain(text).Split('\n').SkipWhile(line => !line.StartsWith("policy", StringComparison.Ordinal)).Take(4)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Plain(text).Split((char)10).Select(r => r.Length), Has.All.LessThanOrEqualTo(columns));
            Assert.That(rows[0], Does.Contain("SLO").And.Contain("goodput").And.Contain("TPOT p50"), "at any width");
            Assert.That(rows[1], Does.StartWith("vllm"));
            Assert.That(text.Contains(Escape, StringComparison.Ordinal), Is.EqualTo(colour));
            Assert.That(rows[1].TrimEnd(), Does.EndWith("stable").Or.EndWith("overloaded"), "the verdict is always seen");
            Assert.That(text.Contains("no width for: ", StringComparison.Ordinal), Is.EqualTo(columns < 200));
        }
    }

    [Test]
    public void Golden_screen([Values(80, 120, 200)] int columns, [Values] bool colour) => GoldenFile.Check(
        $"tests/Golden/screen-{columns}{(colour ? "-colour" : "")}.txt",
        OnScreen(columns, colour).Replace(Escape.ToString(), "ESC", StringComparison.Ordinal));

    [Test]
    public void A_very_narrow_terminal_is_taken_as_forty_columns() =>
        Assert.That(OnScreen(20, colour: false), Is.EqualTo(OnScreen(40, colour: false)));

    [Test]
    public void Colour_and_width_change_no_word_that_fits()
    {
        static string[] Words(string text) => Plain(text).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Assert.That(Words(OnScreen(400, colour: true)), Is.EqualTo(Words(Ellm.Run(Compare).Out)));
    }

    [Test]
    public void Markdown_has_a_row_a_policy()
    {
        (int code, string output, _) = Ellm.Run([.. Compare, "--format", "md"]);
        string[] lines = output.Split('\n');
        int head = Array.FindIndex(lines, l => l.StartsWith("| policy |", StringComparison.Ordinal));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(code, Is.Zero);
            Assert.That(lines[head - 1], Is.Empty, "a table follows an empty line");
            Assert.That(lines[head + 1], Does.StartWith("| --- | ---: |"));
            Assert.That(
                lines[(head + 2)..(head + 5)].Select(l => l.Split(" | ")[0]),
                Is.EqualTo(new[] { "| vllm", "| ellm", "| orca-max" }));
            Assert.That(lines[head..(head + 5)].Select(l => l.Count(c => c == '|')).Distinct().Count(), Is.EqualTo(1));
        }
    }

    private static string OnScreen(int columns, bool colour)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new();
        using TableWriter screen = new(output, TableForm.Screen, columns) { HasColour = colour };
        using Terminal terminal = new(screen, error, Interactive: false) { DrawsReports = false };
        Assert.That(App.Run(Compare, terminal), Is.Zero);
        return output.ToString().ReplaceLineEndings("\n");
    }

    private static string Plain(string text) => System.Text.RegularExpressions.Regex.Replace(text, Escape + @"\[[0-9;]*m", "");
}
