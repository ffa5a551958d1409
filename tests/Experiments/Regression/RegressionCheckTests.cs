using ELLM.Sim.Experiments.Regression;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments.Regression;

internal sealed class RegressionCheckTests
{
    [TestCase("ttft_p99_s", "1", "1.009", "ttft_p99_s=1%", false)]
    [TestCase("ttft_p99_s", "1", "1.011", "ttft_p99_s=1%", true)]
    [TestCase("ttft_p99_s", "1", "1.02", "ttft_p99_s=0.03", false)]
    [TestCase("ttft_p99_s", "1", "1.02", "ttft_p99_s=1%,0.03", false)]
    [TestCase("ttft_p99_s", "1", "0.5", "ttft_p99_s=1%,worse", false)]
    [TestCase("ttft_p99_s", "1", "1.5", "ttft_p99_s=1%,worse", true)]
    [TestCase("goodput_per_s", "1", "1.5", "*=0,worse", false)]
    [TestCase("goodput_per_s", "1", "0.5", "*=0,worse", true)]
    [TestCase("iterations", "100", "101", "*=0,worse", false)]
    [TestCase("iterations", "100", "101", "ttft_p99_s=1%", true)]
    [TestCase("preemptions", "0", "1", "*=0,worse", true)]
    [TestCase("ttft_p99_s", "1", null, "*=0,worse", true)]
    [TestCase("map_stall_share", "0.01", "0.1", "map_stall_share=1%,worse", true)]
    [TestCase("growths_hidden_share", "0.9", "0.1", "growths_hidden_share=1%,worse", true)]
    [TestCase("window_s", "1", "2", "*=0,worse", true)]
    [TestCase("kv_reserved_share", "0.1", "0.2", "*=0,worse", true)]
    [TestCase("oracle_share", "0.9", "0.8", "*=0,worse", true)]
    public void Tolerances_are_absolute_relative_and_know_which_way_is_worse(string metric, string before, string? now, string tolerance, bool fails)
    {
        PointCheck check = Compare(metric, before, now, tolerance);
        Assert.That(check.Fails, Is.EqualTo(fails));
        Assert.That(check.Moves.Single().Metric, Is.EqualTo(metric), "reported, whether it fails or not");
    }

    [Test]
    public void No_metric_slips_through_a_bound_of_its_own_for_one_direction()
    {
        foreach (SummaryColumn column in SummaryColumns.Metrics.Where(c => c.Unit.Length > 0))
        {
            string bound = $"{column.Name}=1%,worse";
            if (column.Better.WhyNot is string why)
            {
                Assert.That(() => Tolerance.Parse(bound), Throws.TypeOf<InputException>().With.Message.EqualTo($"--tolerance {bound}: {column.Name} has no worse ({why}): leave ',worse' out"));
                Assert.That(RegressionCheck.Compare(Point(column.Name, "1"), Point(column.Name, "10"), "x", new Dictionary<string, Tolerance> { [column.Name] = new(0, 0.01, true) })[0].Fails, "from a baseline file");
                continue;
            }
            bool up = Compare(column.Name, "1", "10", bound).Fails, down = Compare(column.Name, "1", "0.1", bound).Fails;
            Assert.That((up, down), Is.EqualTo(column.Better == Better.Lower ? (true, false) : (false, true)), column.Name);
        }
    }

    [TestCase("stable", "overloaded", true)]
    [TestCase("overloaded", "backlogged", false)]
    public void Words_have_an_order(string before, string now, bool fails) =>
        Assert.That(Compare("verdict", before, now, "*=0,worse").Fails, Is.EqualTo(fails));

    [Test]
    public void A_tolerance_of_no_metric_names_the_nearest() =>
        Assert.That(() => Tolerance.Parse("ttft_p99=1%"), Throws.TypeOf<InputException>().With.Message.EqualTo("--tolerance ttft_p99=1%: no metric ttft_p99 (did you mean 'ttft_p99_s'?)"));

    [Test]
    public void The_ledger_explains_what_moved()
    {
        Dictionary<string, string?> before = LedgerTerms.All.ToDictionary(t => t.Name + "_total_s", _ => (string?)"10");
        Dictionary<string, string?> now = new(before) { [LedgerTerms.All[0].Name + "_total_s"] = "13.5", [LedgerTerms.All[1].Name + "_total_s"] = "9" };
        PointCheck check = RegressionCheck.Compare(Of(new("p", before)), Of(new("p", now)), "x", new Dictionary<string, Tolerance>())[0];
        Assert.That(check.Why, Does.StartWith("time of all requests together +2.5 s (").And.Contains($"{LedgerTerms.All[0].Name} +3.5 s, {LedgerTerms.All[1].Name} -1 s"));
    }

    [Test]
    public void Points_that_come_and_go_fail()
    {
        BaselinePoint a = new("a", new Dictionary<string, string?>()), b = new("b", new Dictionary<string, string?>());
        IReadOnlyList<PointCheck> checks = RegressionCheck.Compare(Of(a), Of(b), "x", new Dictionary<string, Tolerance>());
        Assert.That(checks.Select(c => (c.Point, c.Fails)), Is.EqualTo(new[] { ("b", true), ("a", true) }));
    }

    private static PointCheck Compare(string metric, string before, string? now, string tolerance)
    {
        (string name, Tolerance bound) = Tolerance.Parse(tolerance);
        return RegressionCheck.Compare(
            Of(new("p", new Dictionary<string, string?> { [metric] = before })),
            Of(new("p", new Dictionary<string, string?> { [metric] = now })),
            "x",
            new Dictionary<string, Tolerance> { [name] = bound })[0];
    }

    private static Baseline Point(string metric, string value) => Of(new("p", new Dictionary<string, string?> { [metric] = value }));

    private static Baseline Of(BaselinePoint point) => new("1", "e", "0123456789abcdef", ["times"], [point]);
}
