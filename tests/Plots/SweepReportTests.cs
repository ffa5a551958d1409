using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Plots.Report;
using ELLM.Sim.Plots.Svg;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Plots;

/// <summary>Reports of sweeps, capacity searches and plans, from files as the commands write them and from broken ones.</summary>
internal sealed class SweepReportTests
{
    private const string Grid =
        """{ "name": "grid", "description": "What <holds>?", "base": { "trace": "azure-chat", "limit": 40 }, "grid": { "policy": ["vllm", "ellm"], "rate": [1, 4, 16], "seed": [1, 2] } }""";

    private const string Capacity = """
        trace,policy,model,gpu,slo_ttft_s,slo_tpot_s,target_attainment,capacity_per_s,goodput_per_s,limit,reason
        chat.csv,vllm,m,g,1.5,0.05,0.9,4.25,4,TTFT,
        chat.csv,ellm,m,g,1.5,0.05,0.9,4.5,4.1,TPOT,
        chat.csv,static,m,g,,,0.9,,,,"does not fit, ""not at all"", here"

        """;

    private const string Rates = """
        policy,rate_per_s,slo_attainment,slo_attainment_half_width,ttft_p99_s,tpot_p99_s,meets
        vllm,8,0.2,0.05,9,0.2,no
        vllm,4,0.95,0.01,1.2,0.04,yes
        vllm,4.25,0.9,0.02,1.4,0.045,yes
        ellm,4.5,0.9,0.02,1.4,0.045,yes

        """;

    private const string Plan = """
        gpu,tp,replicas,policy,gpus,rate_per_s,usd_per_hour,slo_attainment,ttft_p99_s,tpot_p99_s,reason
        a100-80,1,2,vllm,2,4,3.5,0.95,0.8,0.04,
        h100,1,1,vllm,1,4,3.9,0.99,0.4,0.02,
        l40s,1,16,vllm,16,4,,0.3,9,0.2,misses the target

        """;

    [Test]
    public void Sweep_ends_with_a_report_of_curves_and_maps()
    {
        using ScratchFolder folder = new();
        string directory = Sweep(folder, Grid);
        string html = File.ReadAllText(Path.Combine(directory, "report.html"));
        using (Assert.EnterMultipleScope())
        {
            foreach (string name in (string[])[RateSweep.ThroughputName, RateSweep.LatencyName, RateSweep.AttainmentName,
                SweepMap.GoodputName, SweepMap.AttainmentName])
            {
                SvgPage page = new(File.ReadAllText(Path.Combine(directory, "figures", name + ".svg")));
                Assert.That(html, Does.Contain($"id=\"{name}\""));
                Assert.That(page.Overlaps(), Is.Empty, name);
                Assert.That(page.OutsideTheFrame(), Is.Empty, name);
                Assert.That(page.Texts.Select(t => t.Text), Does.Contain("ellm"), name);
            }
            Assert.That(html,
                Does.Contain("What &lt;holds&gt;?").And.Contain("Swept: policy, rate_per_s and seeds.").And
                    .Contain("12 points in 6 groups"));
            Assert.That(html, Does.Contain("ellm sweep grid.json</pre>").And.Contain("&quot;rate&quot;: ["));
        }
    }

    /// <summary>A curve goes through the means of groups.csv, at the rates that were asked for.</summary>
    [Test]
    public void Curves_are_the_means_of_the_groups()
    {
        using ScratchFolder folder = new();
        ResultRows groups = ResultRows.Load(Path.Combine(Sweep(folder, Grid), "groups.csv"));
        Figure figure = new SweepFigures(groups).Draw().Figures.Single(f => f.Name == RateSweep.AttainmentName);
        Curve vllm = figure.Panels[0].Marks.OfType<Curve>().First();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((vllm.Name, vllm.X), Is.EqualTo(("vllm", new double[] { 1, 4, 16 })));
            Assert.That(vllm.Y, Is.EqualTo(groups.Rows.Take(3).Select(r => 100 * groups.Number(r, "slo_attainment"))));
            Assert.That(figure.Panels[0].References, Is.Empty, "nobody asked for a target");
        }
    }

    [Test]
    public void Sweep_of_a_setting_is_drawn_against_it_and_of_names_as_bars()
    {
        using ScratchFolder folder = new();
        Figure latency =
            Figures(Sweep(folder, """{ "name": "a", "base": { "limit": 30 }, "grid": { "engine.max_num_seqs": [2, 16, 256] } }"""))
                .Single(f => f.Name == RateSweep.LatencyName);
        Assert.That(latency.Panels[0].X, Is.EqualTo(new Axis("engine.max_num_seqs") { FromZero = true, Scale = Scale.Log }));
        Assert.That(
            Figures(Sweep(folder, """{ "name": "b", "base": { "limit": 30 }, "grid": { "policy": ["vllm", "ellm"] } }"""))
                .Select(f => f.Name), Is.EqualTo(new[] { Scores.Name }));
        Assert.That(Figures(Sweep(folder, """{ "name": "c", "base": { "limit": 30 }, "grid": { "rate": [2] } }""")).Select(f => f.Name),
            Is.EqualTo(new[] { Scores.Name }));
    }

    [Test]
    public void Drawn_sweep_is_scattered_and_has_no_map()
    {
        using ScratchFolder folder = new();
        string directory =
            Sweep(folder,
                """{ "name": "a", "base": { "trace": "azure-chat", "limit": 20 }, "sobol": { "samples": 8, "axes": { "rate": { "from": 1, "to": 9 }, "policy.watermark": { "from": 0.0, "to": 0.5 } } } }""");
        (IReadOnlyList<Figure> figures, IReadOnlyList<string> skipped) =
            new SweepFigures(ResultRows.Load(Path.Combine(directory, "groups.csv"))).Draw();
        Assert.That(figures[0].Panels[0].Marks.OfType<Curve>().Single().Kind, Is.EqualTo(CurveKind.Points));
        Assert.That(skipped, Does.Contain("map-goodput: not drawn: the two settings were not swept as a grid"));
    }

    [Test]
    public void Forced_sweep_leaves_no_picture_of_the_old_one()
    {
        using ScratchFolder folder = new();
        string directory = Sweep(folder, Grid);
        Assert.That(
            Ellm.Run("sweep",
                folder.File("other.json", """{ "name": "b", "base": { "limit": 30 }, "grid": { "policy": ["vllm", "ellm"] } }"""), "--out",
                directory, "--force").Code, Is.Zero);
        Assert.That(Directory.EnumerateFiles(Path.Combine(directory, "figures")).Select(Path.GetFileName),
            Is.EquivalentTo(new[] { "scores.svg", "scores.png" }));
        Assert.That(
            Ellm.Run("sweep",
                folder.File("other.json", """{ "name": "b", "base": { "limit": 31 }, "grid": { "policy": ["vllm", "ellm"] } }"""), "--out",
                directory, "--force", "--no-report").Code, Is.Zero);
        Assert.That(
            folder.Entries().Where(e => e.Contains("report", StringComparison.Ordinal) || e.EndsWith(".svg", StringComparison.Ordinal)),
            Is.Empty);
    }

    [Test]
    public void Capacity_directory_marks_the_capacities()
    {
        using ScratchFolder folder = new();
        folder.File("capacity.csv", Capacity);
        folder.File("rates.csv", Rates);
        string html = File.ReadAllText(ReportFiles.Write(folder.Path, "ellm capacity chat"));
        Figure attainment =
            StudyFigures.OfCapacity(ResultRows.Load(folder.In("capacity.csv")), ResultRows.Load(folder.In("rates.csv"))).Figures[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(attainment.Panels[0].Marks.OfType<Curve>().Where(c => c.Name == "capacity").Select(c => (c.X[0], c.Y[0])),
                Is.EqualTo(new[] { (4.25, 90.0), (4.5, 90.0) }));
            Assert.That(attainment.Panels[0].Marks.OfType<Curve>().First().X, Is.EqualTo(new[] { 4, 4.25, 8 }));
            Assert.That(html,
                Does.Contain("chat.csv: capacity of 3 policies").And.Contain("does not fit, &quot;not at all&quot;, here").And
                    .Contain("ellm capacity chat</pre>"));
            Assert.That(folder.Entries(), Does.Contain("figures/rate-attainment.svg").And.Contain("figures/rate-latency.svg"));
        }
    }

    [Test]
    public void Plan_directory_has_a_pareto_front_of_what_meets_the_target()
    {
        using ScratchFolder folder = new();
        folder.File("plan.csv", Plan);
        string svg = File.ReadAllText(ReportFiles.WriteFigures(folder.Path, ParetoFront.Name, html: false).Single());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new SvgPage(svg).Texts.Select(t => t.Text), Does.Contain("1 x h100, vllm").And.Contain("2 x a100-80, vllm"));
            Assert.That(svg, Does.Not.Contain("l40s"));
            Assert.That(File.ReadAllText(ReportFiles.Write(folder.Path)), Does.Contain("misses the target"));
        }
    }

    [TestCase("groups.csv", "", "groups.csv:1: expected a header")]
    [TestCase("groups.csv", "policy,rate_per_s\nvllm,1\n", "groups.csv:1: expected a column points")]
    [TestCase("groups.csv", "policy,points\nvllm\n", "groups.csv:2: ")]
    [TestCase("groups.csv", "policy,points\n\"vllm,1\n", "groups.csv:")]
    [TestCase("points.csv", "point\n", "a sweep that is not complete: no groups.csv")]
    [TestCase("capacity.csv", "policy,capacity_per_s,target_attainment\n", "rates.csv: cannot be read")]
    [TestCase("plan.csv", "gpu,tp\n", "plan.csv:1: expected a column policy")]
    public void Broken_directory_is_one_line(string name, string text, string line)
    {
        using ScratchFolder folder = new();
        folder.File(name, text);
        (int code, string output, string error) = Ellm.Run("plot", folder.Path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((code, output), Is.EqualTo((2, "")));
            Assert.That(error.TrimEnd('\n'), Does.StartWith("ellm: ").And.Contains(line).And.Not.Contains("\n"));
            Assert.That(folder.Entries(), Is.EqualTo(new[] { name }));
        }
    }

    /// <summary>No row, one row, numbers that are none, zeros on a log axis, a thousand series: a picture each, and words for what
    /// is missing.</summary>
    [TestCase("", "groups.csv has no rows")]
    [TestCase("vllm,4,1,0,2,0.5,0.4\n", "no number was swept")]
    [TestCase("vllm,1,1,0,NaN,inf,\nvllm,2,1,0,0,0,0\n", "")]
    [TestCase("vllm,0,1,0,0,0,0\nvllm,1000,1,0,0,0,0\n", "")]
    [TestCase("vllm,1,1,1,,,\nvllm,2,1,1,,,\n", "")]
    public void Strange_rows_give_a_page_that_says_what_is_missing(string rows, string note)
    {
        using ScratchFolder folder = new();
        folder.File("groups.csv", "policy,rate_per_s,points,failed,goodput_per_s,slo_attainment,ttft_p50_s\n" + rows);
        string html = File.ReadAllText(ReportFiles.Write(folder.Path));
        Assert.That(html, Does.Contain(note).And.Contain("<table id=\"summary\">"));
        foreach (Figure figure in Figures(folder.Path))
            Assert.That(new SvgPage(SvgRenderer.Render(figure)).OutsideTheFrame(), Is.Empty, figure.Name);
    }

    [Test]
    public void Thousand_groups_are_cut_with_notes()
    {
        using ScratchFolder folder = new();
        IEnumerable<string> rows = Enumerable.Range(0, 1000).SelectMany(i => (string[])[$"p{i},1,1,0,1,0.5,1", $"p{i},2,1,0,1,0.5,1"]);
        folder.File("groups.csv",
            "policy,rate_per_s,points,failed,goodput_per_s,slo_attainment,ttft_p50_s\n" + string.Join('\n', rows) + "\n");
        string html = File.ReadAllText(ReportFiles.Write(folder.Path));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(html,
                Does.Contain("The first 16 of 1,000 series are shown.").And.Contain("The first 500 of 2,000 rows; groups.csv has all."));
            Assert.That(html, Does.Contain("map-goodput: not drawn: a setting has more than 60 values"));
            Assert.That(html, Has.Length.LessThan(1_500_000));
        }
    }

    private static IReadOnlyList<Figure> Figures(string directory) =>
        new SweepFigures(ResultRows.Load(Path.Combine(directory, "groups.csv"))).Draw().Figures;

    private static string Sweep(ScratchFolder folder, string experiment)
    {
        string directory = folder.In("sweep");
        (int code, _, string error) = Ellm.Run("sweep", folder.File("experiment.json", experiment), "--out", directory, "--force");
        Assert.That(code, Is.Zero, error);
        Assert.That(error, Does.Contain($"report in {directory}"));
        return directory;
    }
}
