using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Kernels.Fit;
using ELLM.Sim.Kernels.Measure;
using ELLM.Sim.Numerics;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Kernels;

/// <summary>What must hold for any data, and for data whose model is known.</summary>
[TestFixture]
internal sealed class RelativeFitTests
{
    private static readonly double[] Sizes = [0.00390625, 0.03125, 0.5, 1, 2, 16, 64, 256, 1024];

    [FsCheck.NUnit.Property(Replay = "11,23", MaxTest = 200)]
    public bool Coefficients_of_any_positive_data_are_never_negative(FsCheck.PositiveInt[] times)
    {
        if (times.Length == 0)
            return true;
        (double[] items, double[] mib, double[] us) = Points(times);
        CostCoefficients cost = RelativeFit.Fit(items, mib, us);
        return cost is { FixedUs: >= 0, PerItemUs: >= 0, PerMibUs: >= 0 };
    }

    [FsCheck.NUnit.Property(Replay = "12,25", MaxTest = 200)]
    public bool Order_of_the_points_does_not_matter(FsCheck.PositiveInt[] times)
    {
        if (times.Length == 0)
            return true;
        (double[] items, double[] mib, double[] us) = Points(times);
        CostCoefficients forward = RelativeFit.Fit(items, mib, us);
        Array.Reverse(items);
        Array.Reverse(mib);
        Array.Reverse(us);
        CostCoefficients backward = RelativeFit.Fit(items, mib, us);
        return Enumerable.Range(0, us.Length)
            .All(i => Math.Abs(forward.Us(items[i], mib[i]) - backward.Us(items[i], mib[i])) <= 1e-6 * us[i]);
    }

    [FsCheck.NUnit.Property(Replay = "13,27", MaxTest = 200)]
    public bool Exact_data_give_back_their_model(FsCheck.PositiveInt fixedNs, FsCheck.PositiveInt perMibNs)
    {
        (double fixedUs, double perMibUs) = (fixedNs.Get / 100.0, perMibNs.Get / 100.0);
        CostCoefficients cost = RelativeFit.Fit([.. Sizes.Select(_ => 1.0)], Sizes, [.. Sizes.Select(mib => fixedUs + (perMibUs * mib))]);
        return Math.Abs(cost.FixedUs - fixedUs) <= 1e-6 * fixedUs && Math.Abs(cost.PerMibUs - perMibUs) <= 1e-6 * perMibUs;
    }

    [Test]
    public void Fit_five_decades_with_noise_and_spikes_keeps_the_fixed_cost()
    {
        RandomStream random = RandomStream.Named(1, "fit");
        for (int run = 0; run < 50; run++)
        {
            CalibratedOperation fitted = OperationFit.Fit(Noisy(random, samples: 25), 1, new Provenance(ProvenanceKind.Measured, "test"));
            Assert.That(fitted.Cost.FixedUs, Is.EqualTo(6).Within(2).Percent);
            Assert.That(fitted.Cost.PerMibUs, Is.EqualTo(20).Within(1).Percent);
        }
    }

    /// <summary>95 % are promised; 60 runs of two coefficients may miss a few more by chance, never fifteen.</summary>
    [Test]
    public void Bootstrap_true_coefficients_lie_inside_at_the_stated_rate()
    {
        RandomStream random = RandomStream.Named(2, "bootstrap coverage");
        int inside = 0;
        for (int run = 0; run < 60; run++)
        {
            CostIntervals ends =
                OperationFit.Fit(Noisy(random, samples: 41), (ulong)run, new Provenance(ProvenanceKind.Measured, "test")).Ci95!;
            inside += ends.FixedUs[0] <= 6 && 6 <= ends.FixedUs[1] ? 1 : 0;
            inside += ends.PerMibUs[0] <= 20 && 20 <= ends.PerMibUs[1] ? 1 : 0;
        }
        Assert.That(inside, Is.InRange(105, 120));
    }

    [Test]
    public void Merge_measured_over_assumed_keeps_every_numbers_source()
    {
        CalibrationProfile below = CalibrationCatalog.Load("h200");
        CalibratedOperation measured =
            below.Ops["vmm.map"] with
            {
                Cost = new CostCoefficients(3, 0, 0),
                Provenance = new Provenance(ProvenanceKind.Measured, "a run")
            };
        CalibrationProfile top = below with
        {
            Name = "mine",
            Run = new CalibrationRun("test", "driver-ptx", 1, 5, new string('0', 64), []),
            Ops = new Dictionary<string, CalibratedOperation> { ["vmm.map"] = measured },
            Factors = null,
        };
        CalibrationProfile merged = ProfileMerge.Over(top, below);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(merged.Ops["vmm.map"].Cost.FixedUs, Is.EqualTo(3));
            Assert.That(merged.Ops["vmm.map"].Provenance.Kind, Is.EqualTo(ProvenanceKind.Measured));
            Assert.That(merged.Ops["vmm.unmap"], Is.EqualTo(below.Ops["vmm.unmap"]));
            Assert.That(merged.Base, Is.EqualTo("h200"));
            Assert.That(merged.Factors, Has.Count.EqualTo(below.Factors!.Count));
            Assert.That(CalibrationCatalog.Parse("merged", CalibrationCatalog.ToJson(merged)).Name, Is.EqualTo("mine"));
        }
    }

    private static (double[] Items, double[] Mib, double[] Us) Points(FsCheck.PositiveInt[] times) =>
        ([.. times.Select((_, i) => 1.0 + (i % 3))], [.. times.Select((_, i) => Sizes[i % Sizes.Length] * (1 + (i % 3)))],
            [.. times.Select(time => time.Get / 10.0)]);

    /// <summary>6 us a call and 20 us a MiB, 2 % noise, one sample in twelve 30 % too slow.</summary>
    private static List<FittedPoint> Noisy(RandomStream random, int samples) =>
    [
        .. Sizes.Select(mib =>
        {
            PointKey key = new("copy.h2d.pinned", PointKey.Idle, (long)(mib * (1 << 20)), 1);
            return new FittedPoint(key, Enumerable.Range(0, samples).Select(i =>
            {
                double us = (6 + (20 * mib)) * (1 + (0.02 * Distributions.Normal(random)));
                return new RawSample(key, "device", i / 5, i, "", random.NextDouble() < 1.0 / 12 ? 1.3 * us : us);
            }));
        }),
    ];
}
