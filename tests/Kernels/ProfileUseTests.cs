using System.Globalization;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Tests.Cli;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Kernels;

/// <summary>Costs of a profile reach results, and only where they should.</summary>
[TestFixture]
internal sealed class ProfileUseTests
{
    private static readonly string[] Small = ["chat", "--limit", "200", "--quiet", "--format", "csv"];

    [Test]
    public void Compare_dearer_mapping_slows_what_waits_for_it()
    {
        using ScratchFolder folder = new();
        string dear = folder.File("dear.json", CalibrationCatalog.ToJson(Times(CalibrationCatalog.Load("a100-80"), 10)));
        double sync = Latency("ellm-sync", dear) / Latency("ellm-sync", "a100-80");
        // Without scaling, which answers late steps by holding back prompts and so makes a cost larger than it is.
        double hidden = Latency("ellm-no-slo", dear) / Latency("ellm-no-slo", "a100-80");
        double paged = Latency("vllm", dear) / Latency("vllm", "a100-80");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(sync, Is.GreaterThan(1.2));
            Assert.That(hidden - 1, Is.LessThan((sync - 1) / 4), "what runs beside iterations hides most of the calls");
            Assert.That(paged, Is.EqualTo(1), "nothing is mapped while requests run");
        }
    }

    [Test]
    public void Compare_json_names_the_profile_and_its_kinds()
    {
        (int code, string output, string error) =
            Ellm.Run("compare", "chat", "--limit", "20", "--quiet", "--format", "json", "--policies", "vllm", "--profile", "h200");
        Assert.That(code, Is.Zero, error);
        Assert.That(output,
            Does.Contain("calibration profile h200 (published, datasheet, assumed)").Or
                .Contain("calibration profile h200 (datasheet, assumed)"));
    }

    [Test]
    public void Sensitivity_ranks_costs_by_how_far_they_move_the_result()
    {
        (int code, string output, string error) =
            Ellm.Run("calibrate", "sensitivity", "chat", "--policy", "ellm-sync", "--limit", "200", "--quiet");
        Assert.That(code, Is.Zero, error);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines[0], Does.StartWith("cost").And.Contain("latency x2"));
            Assert.That(lines[1], Does.StartWith("vmm.").Or.StartWith("copy."), "what a synchronous policy waits for comes first");
            Assert.That(lines[^1], Does.Contain(" 0 "), "what the simulator never asks for moves nothing");
            Assert.That(lines, Has.Length.EqualTo(1 + CostVariants.Scalable(CalibrationCatalog.Load("a100-80")).Count()));
        }
    }

    [Test]
    public void Scaled_one_operation_leaves_the_others_alone()
    {
        CalibrationProfile profile = CalibrationCatalog.Load("h100");
        CalibrationProfile scaled = CostVariants.Scaled(profile, CalibratedOp.VmmSetAccess, 2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(new DeviceCosts(scaled).MedianPs(CalibratedOp.VmmSetAccess, 2 << 20),
                Is.EqualTo(2 * new DeviceCosts(profile).MedianPs(CalibratedOp.VmmSetAccess, 2 << 20)));
            Assert.That(scaled.Ops.Where(op => op.Value != profile.Ops[op.Key]).Select(op => op.Key),
                Is.EqualTo(new[] { "vmm.set_access" }));
        }
    }

    /// <summary>Mapping and everything that goes with it.</summary>
    private static CalibrationProfile Times(CalibrationProfile profile, double factor)
    {
        foreach (CalibratedOp op in (CalibratedOp[])[CalibratedOp.VmmCreate, CalibratedOp.VmmMap, CalibratedOp.VmmSetAccess,
            CalibratedOp.VmmUnmap, CalibratedOp.VmmRelease])
            profile = CostVariants.Scaled(profile, op, factor);
        return profile;
    }

    private static double Latency(string policy, string profile)
    {
        (int code, string output, string error) = Ellm.Run(["compare", .. Small, "--policies", policy, "--profile", profile]);
        Assert.That(code, Is.Zero, error);
        string[] lines = output.Split('\n');
        int column = Array.IndexOf(lines[0].Split(','), "e2e_mean_s");
        return double.Parse(lines[1].Split(',')[column], CultureInfo.InvariantCulture);
    }
}
