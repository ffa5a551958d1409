using System.Text;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Experiments.Phases;
using ELLM.Sim.Experiments.Planning;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Tests.Golden;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

internal sealed class ResultColumnsTests
{
    /// <summary>Tables below a marker, <c>&lt;!-- summary --&gt;</c>, are written from the columns; everything else stays as it
    /// is.</summary>
    private static readonly Dictionary<string, string[][]> Tables = new()
    {
        ["requests"] = Plain(RequestsCsv.Columns),
        ["timeline"] = Plain(TimelineCsv.Columns),
        ["differences"] = Plain(DifferencesCsv.Columns),
        ["summary"] = [["column", "unit", "better", "meaning"],
            .. SummaryColumns.All.Select(c => (string[])[c.Name, c.Unit, c.IsLabel ? "" : c.Better.Text, c.Doc])],
        ["capacity"] = Plain(CapacityFiles.Columns.Select(c => (c.Name, c.Doc))),
        ["plan"] = Plain(PlanFiles.Columns.Select(c => (c.Name, c.Doc))),
        ["phase"] = Plain(PhaseFiles.Columns.Select(c => (c.Name, c.Doc))),
        ["rates"] = Plain(CapacityFiles.RateColumns.Select(c => (c.Name, c.Doc))),
    };

    [TestCase("docs/results.md")]
    [TestCase("docs/capacity.md")]
    public void Documentation_lists_every_column(string path)
    {
        StringBuilder page = new();
        bool inTable = false;
        foreach (string line in GoldenFile.RepositoryLines(path))
        {
            inTable = line.StartsWith("<!--", StringComparison.Ordinal) || (inTable && line.StartsWith('|'));
            if (inTable && line.StartsWith('|'))
                continue;
            page.Append(line).Append('\n');
            if (line.StartsWith("<!-- ", StringComparison.Ordinal) && Tables.TryGetValue(line[5..^4], out string[][]? rows))
                Table(page, rows);
        }
        GoldenFile.Check(path, page.ToString());
    }

    [Test]
    public void What_says_which_run_it_is_is_no_metric()
    {
        string[] label = [.. SummaryColumns.Labels.Select(c => c.Name)];
        Assert.That(label, Is.EqualTo(new[] { "trace", "policy", "model", "gpu", "tp", "pp", "seed" }));
        Assert.That(SummaryColumns.All.Take(label.Length), Is.EqualTo(SummaryColumns.Labels), "first in every file");
        Assert.That(SummaryColumns.Metrics[0].Name, Is.EqualTo("requests"));
    }

    [Test]
    public void Every_metric_says_which_way_it_gets_better_or_why_neither()
    {
        foreach (SummaryColumn column in SummaryColumns.Metrics)
            Assert.That(column.Better.Text is "lower" or "higher" || column.Better.WhyNot is { Length: > 10 } || column.Unit.Length == 0,
                column.Name);
    }

    [Test]
    public void The_unit_of_a_column_is_that_of_its_name()
    {
        (string Ending, string Unit)[] endings = [("_tokens_per_s", "tokens/s"), ("_per_s", "1/s"), ("_s", "s"), ("_bytes", "bytes"),
            ("_tokens", "tokens"), ("_share", "1")];
        foreach (SummaryColumn column in SummaryColumns.Metrics)
        {
            string? expected = endings.FirstOrDefault(e => column.Name.EndsWith(e.Ending, StringComparison.Ordinal)).Unit;
            if (expected is not null)
                Assert.That(column.Unit, Is.EqualTo(expected), column.Name);
        }
    }

    [Test]
    public void No_meaning_leans_on_the_row_above() =>
        Assert.That(
            Tables.SelectMany(t => t.Value.Skip(1).Select(row => row[^1]))
                .Where(doc =>
                    doc.StartsWith("the same", StringComparison.Ordinal) || doc.Contains("same denominator", StringComparison.Ordinal)),
                    Is.Empty);

    [Test]
    public void Every_table_is_documented()
    {
        string pages = string.Concat(new[] { "docs/results.md", "docs/capacity.md" }.SelectMany(GoldenFile.RepositoryLines));
        foreach (string table in Tables.Keys)
            Assert.That(pages, Does.Contain($"<!-- {table} -->"));
    }

    [Test]
    public void Columns_are_named_once()
    {
        foreach ((string table, string[][] rows) in Tables)
            Assert.That(rows.Select(row => row[0]), Is.Unique, table);
    }

    private static string[][] Plain(IEnumerable<(string Name, string Doc)> columns) =>
        [["column", "meaning"], .. columns.Select(c => (string[])[c.Name, c.Doc])];

    private static void Table(StringBuilder page, string[][] rows)
    {
        page.Append($"| {string.Join(" | ", rows[0])} |\n|{string.Concat(rows[0].Select(_ => " --- |"))}\n");
        foreach (string[] row in rows.Skip(1))
            page.Append($"| `{row[0]}` |{string.Concat(row.Skip(1).Select(cell => cell.Length == 0 ? " |" : $" {cell} |"))}\n");
    }
}
