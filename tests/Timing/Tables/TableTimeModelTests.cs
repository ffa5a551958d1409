using ELLM.Sim.Tests.Cli;
using ELLM.Sim.Timing;
using ELLM.Sim.Timing.Tables;
using ELLM.Sim.Validation;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Timing.Tables;

[TestFixture]
internal sealed class TableTimeModelTests
{
    private const string SkewCsv =
        "regime,n,t_mean_us,t_max_us,t_skew_us\npure,1,100,200,100\npure,16,100,200,120\nmixed,1,100,200,150\nmixed,16,100,200,110\n";

    private ScratchFolder _folder = null!;

    [SetUp]
    public void Make()
    {
        _folder = new ScratchFolder();
        TableFixtures.ServingSim(_folder);
    }

    [TearDown]
    public void Remove() => _folder.Dispose();

    private TableTimeModel Model(
        OverheadProfile overhead = OverheadProfile.None, EngineOverhead? engine = null, int degree = 1, bool fill = false) => new(
        OperatorTablesReader.Read(_folder.Path, TableFixtures.Model.ForRank(degree)),
        TableFixtures.Device,
        TableFixtures.Model,
        degree,
        new TimingOptions(32, overhead, Engine: engine),
        fill);

    private static long Step(TableTimeModel model, int b, long kv) =>
        model.Decode(new DecodeBatch(b, b * kv, kv)).Steps(new DecodeBatch(b, b * kv, kv)).FirstPs;

    [Test]
    public void Decode_measured_point_is_the_sum_of_its_operators()
    {
        // Two layers of four products (11 us each), two norms, rotary and activation (11 each), attention; embedding and final norm
        // once; LM head and sampler at 8 sequences.
        double head = 100 + 100 * 7 / 63.0 + 20 + 20 * 7 / 63.0;
        double us = 2 * (8 * 11 + (TableFixtures.Decode(4, 128) + TableFixtures.Decode(16, 128) * 0.5)) + 22 + head;
        double between = TableFixtures.Decode(4, 128) * (8.0 / 12) + TableFixtures.Decode(16, 128) * (4.0 / 12);
        us += 2 * (between - TableFixtures.Decode(4, 128) - TableFixtures.Decode(16, 128) * 0.5);
        Assert.That(Step(Model(), 8, 128), Is.EqualTo((long)(us * 1e6)).Within(4));
    }

    [Test]
    public void Decode_across_breakpoints_jumps_equal_steps()
    {
        (long steps, long differing) = JumpCheck.Count(Model(), 32);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(steps, Is.GreaterThan(10_000));
            Assert.That(differing, Is.Zero);
        }
    }

    [Test]
    public void Decode_with_skew_and_host_floor_jumps_equal_steps()
    {
        _folder.File("skew.csv", SkewCsv);
        EngineOverhead eager = new(50, 3, 300, "made up", false);
        Assert.That(JumpCheck.Count(Model(OverheadProfile.Eager, eager), 32).Differing, Is.Zero);
    }

    [Test]
    public void Decode_falling_data_jumps_equal_steps()
    {
        string attention = File.ReadAllText(_folder.In("attention.csv"));
        _folder.File("attention.csv",
            attention.Replace("0,0,4,128,30\n", "0,0,4,128,12\n", StringComparison.Ordinal)
                .Replace("0,0,4,1024,84\n", "0,0,4,1024,11\n", StringComparison.Ordinal));
        EngineOverhead eager = new(0, 0, 116, "made up", false);
        Assert.That(JumpCheck.Count(Model(OverheadProfile.Eager, eager), 32).Differing, Is.Zero);
    }

    [Test]
    public void Decode_valid_steps_end_at_the_next_measured_length()
    {
        DecodeCost cost = Model().Decode(new DecodeBatch(4, 4 * 120, 120));
        Assert.That(cost.ValidSteps, Is.EqualTo(8));
    }

    [Test]
    public void Decode_between_points_stays_within_its_neighbours()
    {
        TableTimeModel model = Model();
        for (long kv = 128; kv <= 1024; kv += 37)
        {
            long step = Step(model, 4, kv);
            Assert.That(step, Is.InRange(Step(model, 4, 128), Step(model, 4, 1024)));
        }
    }

    [Test]
    public void Decode_skewed_batch_costs_its_share_of_the_longest()
    {
        TableTimeModel even = Model();
        _folder.File("skew.csv", SkewCsv);
        TableTimeModel skewed = Model();
        DecodeBatch batch = new(16, 16 * 128, 1024);
        long mean = even.Decode(batch).Steps(batch).FirstPs;
        long longest = Step(even, 16, 1024);
        long ours = skewed.Decode(batch).Steps(batch).FirstPs;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ours - mean, Is.EqualTo(0.2 * (longest - mean)).Within(1e-4 * (longest - mean)));
            Assert.That(Step(skewed, 16, 128), Is.EqualTo(Step(even, 16, 128)).Within(2000), "equal lengths cost what they cost");
        }
    }

    [Test]
    public void Mixed_measured_point_is_the_launch_of_both()
    {
        TableTimeModel model = Model();
        PrefillChunk[] chunk = [new(60, 256, true)];
        long alone = model.Mixed(chunk, default);
        long both = model.Mixed([new(60, 256, true)], new DecodeBatch(4, 4 * 128, 128));
        double linear = 2 * 8 * 4 / 8.0 + 2 * 4 / 8.0;
        double head = (100 + 20) * 4 / 63.0;
        Assert.That((both - alone) / 1e6, Is.EqualTo(linear + head + 2 * 2 * TableFixtures.Decode(4, 128)).Within(1e-3));
    }

    [Test]
    public void Prefill_two_chunks_share_one_launch()
    {
        TableTimeModel model = Model();
        long one = model.Mixed([new(64, 0, false)], default);
        long two = model.Mixed([new(32, 0, false), new(32, 0, false)], default);
        // 20 + 32/4 twice, less the least launch measured (16 tokens: 24 us), against 20 + 64/4.
        Assert.That((two - one) / 1e6, Is.EqualTo(2 * (2 * 28 - 24 - 36)).Within(1e-3));
    }

    [Test]
    public void Beyond_the_table_continues_and_is_reported()
    {
        TableTimeModel model = Model();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(model.Extrapolation.Any, Is.False);
            Assert.That(model.Mixed([new(2000, 0, true)], default), Is.GreaterThan(model.Mixed([new(256, 0, true)], default)));
            Assert.That(Step(model, 32, 5000), Is.GreaterThan(Step(model, 16, 1024)));
            Assert.That(model.Extrapolation.Lines,
                Has.Some.EqualTo("extrapolated by the analytic shape: QKV projection, tokens up to 2000, measured 1 to 512"));
            Assert.That(model.Extrapolation.Lines,
                Has.Some.EqualTo("extrapolated by the analytic shape: decode attention, KV length up to 5000, measured 16 to 1024"));
            Assert.That(model.Extrapolation.Lines,
                Has.Some.EqualTo("extrapolated by the analytic shape: decode attention, sequences up to 32, measured 1 to 16"));
        }
    }

    [Test]
    public void Beyond_the_table_starts_where_the_table_ends()
    {
        TableTimeModel model = Model();
        double edge = model.Operators.Us(LayerOperator.QkvProjection, new OperatorPoint(512))!.Value;
        double next = model.Operators.Us(LayerOperator.QkvProjection, new OperatorPoint(513))!.Value;
        Assert.That(next / edge, Is.EqualTo(1).Within(0.02));
    }

    [Test]
    public void Missing_group_is_refused_unless_filled()
    {
        File.Delete(_folder.In("attention.csv"));
        string message = Assert.Throws<InputException>(() => Model())!.Message;
        TableTimeModel filled = Model(fill: true);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(message,
                Is.EqualTo(
                    $"{_folder.Path}: missing operator: decode attention; add the table, or use 'table:{_folder.Path}+analytic' to take "
                        + $"it from the GPU's formulas"));
            Assert.That(filled.Provenance.Parts.Single(part => part.Part == "decode attention").Source, Does.StartWith("formula: "));
            Assert.That(JumpCheck.Count(filled, 8).Differing, Is.Zero);
        }
    }

    [Test]
    public void All_reduce_not_measured_is_refused()
    {
        string message = Assert.Throws<InputException>(() => Model(degree: 2))!.Message;
        Assert.That(message, Does.Contain("missing operator: an all-reduce of 2 GPUs"));
    }
}
