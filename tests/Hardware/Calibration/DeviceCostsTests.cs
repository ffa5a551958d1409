using ELLM.Sim.Hardware.Calibration;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Hardware.Calibration;

[TestFixture]
internal sealed class DeviceCostsTests
{
    private const long Mib = 1 << 20;

    private static readonly Provenance Test = new(ProvenanceKind.Assumed, "a test");

    [Test]
    public void Median_ps_linear_adds_call_items_and_bytes()
    {
        DeviceCosts costs = new(CalibrationCatalog.Parse("p.json", Profiles.Small));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(costs.MedianPs(CalibratedOp.VmmMap, 2 * Mib), Is.EqualTo(4_500_000));
            Assert.That(costs.MedianPs(CalibratedOp.VmmMap, 2 * Mib, 3), Is.EqualTo(9_500_000));
        }
    }

    [Test]
    public void Median_ps_table_hits_its_points_and_goes_straight_between_them_on_log_axes()
    {
        DeviceCosts costs = new(With(CalibratedOp.VmmCreate, new CalibratedOperation
        {
            Cost = new CostCoefficients(1, 2, 0),
            Use = CostSource.Table,
            Table = [new TablePoint(1, 10), new TablePoint(4, 40), new TablePoint(16, 80)],
            Provenance = Test,
        }));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(costs.MedianPs(CalibratedOp.VmmCreate, Mib), Is.EqualTo(10_000_000));
            Assert.That(costs.MedianPs(CalibratedOp.VmmCreate, 4 * Mib), Is.EqualTo(40_000_000).Within(1));
            Assert.That(costs.MedianPs(CalibratedOp.VmmCreate, 2 * Mib), Is.EqualTo(20_000_000).Within(1));
            Assert.That(costs.MedianPs(CalibratedOp.VmmCreate, 64 * Mib), Is.EqualTo(160_000_000).Within(1), "the last segment goes on");
            Assert.That(costs.MedianPs(CalibratedOp.VmmCreate, 1024), Is.EqualTo(10_000_000), "level below the first point");
            Assert.That(costs.MedianPs(CalibratedOp.VmmCreate, Mib, 3), Is.EqualTo(14_000_000), "two further items");
        }
    }

    [Test]
    public void Median_ps_missing_operation_names_profile_and_operation()
    {
        DeviceCosts costs = new(CalibrationCatalog.Parse("p.json", Profiles.Small));
        InputException? refused = Assert.Throws<InputException>(() => _ = costs.MedianPs(CalibratedOp.VmmSetAccess, Mib));
        Assert.That(refused!.Message, Is.EqualTo("calibration profile 'mine' has no operation vmm.set_access"));
    }

    [TestCase(0.0, 1)]
    [TestCase(0.5, 1)]
    [TestCase(0.7, 1.25)]
    [TestCase(0.9, 1.5)]
    [TestCase(0.99, 2)]
    [TestCase(0.999, 3)]
    [TestCase(1.0, 3)]
    public void Quantiles_multiple_goes_through_its_knots(double u, double multiple)
    {
        QuantileCurve curve = new DeviceCosts(CalibrationCatalog.Parse("p.json", Profiles.Small)).Quantiles(CalibratedOp.VmmMap);
        Assert.That(curve.Multiple(u), Is.EqualTo(multiple).Within(1e-12));
    }

    [Test]
    public void Link_both_directions_slows_the_bytes_not_the_latency()
    {
        LinkCost link = new(50, 10_000_000, 0.5);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(link.TransferPs(1_000_000), Is.EqualTo(30_000_000));
            Assert.That(link.TransferPs(1_000_000, otherDirectionBusy: true), Is.EqualTo(50_000_000));
        }
    }

    [Test]
    public void Median_ps_A100_map_and_access_of_one_chunk_is_what_the_papers_print()
    {
        DeviceCosts costs = new(CalibrationCatalog.Load("a100-80"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(costs.MedianPs(CalibratedOp.VmmMap, 2 * Mib) + costs.MedianPs(CalibratedOp.VmmSetAccess, 2 * Mib),
                Is.EqualTo(38_700_000));
            Assert.That(costs.MedianPs(CalibratedOp.VmmUnmap, 2 * Mib), Is.EqualTo(34_300_000));
        }
    }

    private static CalibrationProfile With(CalibratedOp op, CalibratedOperation cost) => new()
    {
        Schema = CalibrationProfile.SchemaName,
        Name = "mine",
        Device = new CalibratedDevice("a device", 2 << 20),
        Ops = new Dictionary<string, CalibratedOperation> { [op.Key()] = cost },
    };
}
