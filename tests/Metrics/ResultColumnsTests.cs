using System.Text;
using ELLM.Sim.Metrics;
using ELLM.Sim.Tests.Golden;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

internal sealed class ResultColumnsTests
{
    [Test]
    public void Documentation_lists_every_column()
    {
        StringBuilder page = new();
        bool inTable = false;
        foreach (string line in GoldenFile.RepositoryLines("docs/results.md"))
        {
            // Tables below a marker are written from the columns; everything else stays as it is.
            inTable = line.StartsWith("<!--", StringComparison.Ordinal) || (inTable && line.StartsWith('|'));
            if (inTable && line.StartsWith('|'))
                continue;
            page.Append(line).Append('\n');
            if (line == "<!-- requests -->")
                Table(page, RequestsCsv.Columns);
            else if (line == "<!-- timeline -->")
                Table(page, TimelineCsv.Columns);
            else if (line == "<!-- summary -->")
                Table(page, SummaryColumns.All.Select(c => (c.Name, c.Doc)));
        }
        GoldenFile.Check("docs/results.md", page.ToString());
    }

    [Test]
    public void Columns_are_named_once()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(RequestsCsv.Columns.Select(c => c.Name), Is.Unique);
            Assert.That(TimelineCsv.Columns.Select(c => c.Name), Is.Unique);
            Assert.That(SummaryColumns.All.Select(c => c.Name), Is.Unique);
        }
    }

    private static void Table(StringBuilder page, IEnumerable<(string Name, string Doc)> columns)
    {
        page.Append("| column | meaning |\n| --- | --- |\n");
        foreach ((string name, string doc) in columns)
            page.Append($"| `{name}` | {doc} |\n");
    }
}
