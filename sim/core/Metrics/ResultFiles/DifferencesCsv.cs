using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.ResultFiles;

/// <summary>differences.csv: one row a pair of policies, what separates their mean end-to-end times.</summary>
public static class DifferencesCsv
{
    public static IReadOnlyList<(string Name, string Doc)> Columns { get; } =
    [
        ("policy", "policy"),
        ("against", "policy it is compared with"),
        ("difference_s", "mean end-to-end time of the first less that of the second, over all requests"),
        ("term", "ledger term that contributes most to the difference"),
        ("term_difference_s", "what it contributes"),
        ("sentence", "the difference and the terms that make it, in words"),
    ];

    public static void Write(Stream target, IReadOnlyList<MeanLedger> ledgers)
    {
        using CsvBuffer csv = new(target);
        foreach ((string name, _) in Columns)
            csv.Text(name);
        csv.EndRow();
        for (int i = 0; i < ledgers.Count; i++)
        {
            for (int j = i + 1; j < ledgers.Count; j++)
            {
                LedgerDifference d = ledgers[i].Minus(ledgers[j]);
                csv.Text(ledgers[i].Policy);
                csv.Text(ledgers[j].Policy);
                csv.Text(SummaryValue.Real(d.TotalS).ToString());
                csv.Text(LedgerTerms.All[d.Term].Name);
                csv.Text(SummaryValue.Real(d.TermS).ToString());
                csv.Text(ledgers[i].Against(ledgers[j]));
                csv.EndRow();
            }
        }
    }
}
