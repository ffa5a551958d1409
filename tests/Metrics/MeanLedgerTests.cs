using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Metrics;

internal sealed class MeanLedgerTests
{
    [TestCase(4, 3, 0, "a is 4.00 s slower than b (mean end-to-end 12.0 s and 8.00 s): queue_memory +4.00 s.")]
    [TestCase(0, 1, 0, "a is 2.00 s faster than b (mean end-to-end 6.00 s and 8.00 s): decode -2.00 s.")]
    [TestCase(3, 1, 0, "a is 1.00 s slower than b (mean end-to-end 9.00 s and 8.00 s): queue_memory +3.00 s, against decode -2.00 s.")]
    [TestCase(0, 3.01, 0, "a and b take the same time (mean end-to-end 8.01 s).")]
    [TestCase(4, 3, 7, "a is 4.00 s slower than b (mean end-to-end 12.0 s and 8.00 s): queue_memory +4.00 s; a lost 7 requests, b 0.")]
    public void Sentence_names_the_largest_contributor(double queueMemory, double decode, long lost, string expected)
    {
        MeanLedger a = Ledger("a", queueMemory, 5, decode, lost), b = Ledger("b", 0, 5, 3);
        Assert.That(a.Against(b), Is.EqualTo(expected));
    }

    [Test]
    public void Largest_term_and_its_share()
    {
        MeanLedger ledger = Ledger("a", 1, 6, 3);
        Assert.That((ledger.Largest, ledger.ShareOf(1)), Is.EqualTo(((int?)1, 0.6)));
        Assert.That(Ledger("idle", 0, 0, 0).Largest, Is.Null);
    }

    [Test]
    public void Terms_of_a_difference_sum_to_it_whoever_comes_first()
    {
        MeanLedger a = Ledger("a", 2, 5, 1), b = Ledger("b", 0, 5, 2);
        LedgerDifference there = a.Minus(b), back = b.Minus(a);
        Assert.That((there.TotalS, there.Term, there.TermS, there.Offset, there.OffsetS), Is.EqualTo((1.0, 0, 2.0, 3, -1.0)));
        Assert.That((back.TotalS, back.Term, back.TermS), Is.EqualTo((-1.0, 0, -2.0)));
    }

    [Test]
    public void The_best_is_no_bound_lost_the_fewest_and_is_the_fastest_of_those()
    {
        ExplainedRun[] runs =
        [
            new(Ledger("slow", 3, 0, 1), false), new(Ledger("fast", 1, 0, 1), false), new(Ledger("bound", 0, 0, 1), true),
            new(Ledger("poor", 0, 0, 1, lost: 1), false),
        ];
        Assert.That(Explanations.AgainstBest(runs).Select(s => s.Split(' ')[0]), Is.EqualTo(new[] { "slow", "bound", "poor" }));
        Assert.That(Explanations.AgainstBest(runs), Is.All.Contains("than fast"));
        Assert.That(Explanations.EveryPair(runs).Count(), Is.EqualTo(6));
        Assert.That(Explanations.AgainstBest([]), Is.Empty);
    }

    [TestCase(2.0, 50.0, 1.0, 0.5, "goodput")]
    [TestCase(0.0, 50.0, 1.0, 0.8, "output_throughput")]
    public void Share_of_oracle_is_of_goodput_or_where_there_is_none_of_output_tokens(
        double oracleGoodput, double oracleTokens, double goodput, double expected, string metric)
    {
        Summary run = new()
        {
            Label = new RunLabel("t", "p", "m", "g", 1, 1, 1),
            LedgerTotalsPs = [],
            LedgerMeanShares = [],
            GoodputPerS = goodput,
            OutputTokensPerS = 40,
            Oracle = new OracleScore(oracleGoodput, oracleTokens),
        };
        Assert.That(SummaryColumns.Find("oracle_share").Get(run).Number, Is.EqualTo(expected));
        Assert.That(SummaryColumns.Find("oracle_metric").Get(run).ToString(), Is.EqualTo(metric));
    }

    /// <summary>Terms of no other request: queue_memory, queue_compute and decode.</summary>
    private static MeanLedger Ledger(string policy, double queueMemory, double queueCompute, double decode, long lost = 0)
    {
        double[] seconds = new double[LedgerTerms.All.Count];
        (seconds[0], seconds[1], seconds[3]) = (queueMemory, queueCompute, decode);
        return new MeanLedger(policy, seconds, lost);
    }
}
