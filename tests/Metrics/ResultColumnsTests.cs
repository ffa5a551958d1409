using System.Text;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Experiments.Planning;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Tests.Golden;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

internal sealed class ResultColumnsTests
{
    /// <summary>Tables below a marker, <c>&lt;!-- summary --&gt;</c>, are written from the columns; everything else stays as it is.</summary>
    private static readonly Dictionary<string, IReadOnlyList<(string Name, string Doc)>> Tables = new()
    {
        ["requests"] = [.. RequestsCsv.Columns],
        ["timeline"] = [.. TimelineCsv.Columns],
        ["differences"] = [.. DifferencesCsv.Columns],
        ["summary"] = [.. SummaryColumns.All.Select(c => (c.Name, c.Doc))],
        ["capacity"] = [.. CapacityFiles.Columns.Select(c => (c.Name, c.Doc))],
        ["plan"] = [.. PlanFiles.Columns.Select(c => (c.Name, c.Doc))],
        ["rates"] = [.. CapacityFiles.RateColumns.Select(c => (c.Name, c.Doc))],
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
            if (line.StartsWith("<!-- ", StringComparison.Ordinal) && Tables.TryGetValue(line[5..^4], out IReadOnlyList<(string, string)>? columns))
                Table(page, columns);
        }
        GoldenFile.Check(path, page.ToString());
    }

    [Test]
    public void What_says_which_run_it_is_is_no_metric()
    {
        string[] label = [.. SummaryColumns.All.Take(SummaryColumns.LabelCount).Select(c => c.Name)];
        Assert.That(label, Is.EqualTo(new[] { "trace", "policy", "model", "gpu", "tp", "pp", "seed" }));
        Assert.That(SummaryColumns.Metrics.First().Name, Is.EqualTo("requests"));
    }

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
        foreach ((string table, IReadOnlyList<(string Name, string Doc)> columns) in Tables)
            Assert.That(columns.Select(c => c.Name), Is.Unique, table);
    }

    private static void Table(StringBuilder page, IEnumerable<(string Name, string Doc)> columns)
    {
        page.Append("| column | meaning |\n| --- | --- |\n");
        foreach ((string name, string doc) in columns)
            page.Append($"| `{name}` | {doc} |\n");
    }
}
