using ELLM.Sim.Hardware;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Tests.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Hardware.Calibration;

[TestFixture]
internal sealed class CalibrationCatalogTests
{
    private static IReadOnlyList<string> Shipped => CalibrationCatalog.Names;

    [Test]
    public void Names_shipped_cover_every_gpu_with_times_of_its_own() => Assert.That(Shipped, Is.SupersetOf(WithTimes));

    [TestCaseSource(nameof(Shipped))]
    public void Load_every_shipped_profile_cites_every_number_and_claims_no_measurement(string name)
    {
        CalibrationProfile profile = CalibrationCatalog.Load(name);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(profile.Name, Is.EqualTo(name));
            Assert.That(profile.AllSources().Select(source => source.Ref), Has.None.Empty);
            Assert.That(profile.Kinds, Has.None.EqualTo(ProvenanceKind.Measured));
            Assert.That(profile.Run, Is.Null);
        }
    }

    [TestCaseSource(nameof(Shipped))]
    public void Load_every_shipped_profile_has_what_the_simulator_asks(string name)
    {
        DeviceCosts costs = new(CalibrationCatalog.Load(name));
        CalibratedOp[] needed =
        [
            CalibratedOp.VmmReserve, CalibratedOp.VmmCreate, CalibratedOp.VmmMap, CalibratedOp.VmmSetAccess, CalibratedOp.VmmUnmap,
            CalibratedOp.VmmRelease, CalibratedOp.VmmAddressFree, CalibratedOp.CopyHostToDevicePinned, CalibratedOp.CopyDeviceToHostPinned,
        ];
        Assert.That(needed.Where(op => !costs.Has(op)), Is.Empty);
    }

    private static IEnumerable<string> WithTimes => GpuCatalog.Names.Except(GpuCatalogTests.Lent);

    [TestCaseSource(nameof(WithTimes))]
    public void Load_every_gpu_agrees_with_its_host_link_and_peaks(string name)
    {
        GpuSpec gpu = GpuCatalog.Load(name);
        CalibrationProfile profile = CalibrationCatalog.Load(name);
        LinkCost link = new DeviceCosts(profile).Link(CopyDirection.HostToDevice);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(link.GbPerS, Is.EqualTo(gpu.HostLink.GbPerSPerDirection).Within(10).Percent);
            Assert.That(link.LatencyPs, Is.EqualTo((long)(gpu.HostLink.LatencyUs * 1e6)));
            Assert.That(profile.Device.Peak!.HbmGbPerS, Is.EqualTo(gpu.HbmGbPerS));
            Assert.That(profile.Device.Sms, Is.EqualTo(gpu.Sms));
        }
    }

    [TestCaseSource(nameof(Shipped))]
    public void To_json_every_shipped_profile_reads_back_to_the_same_text(string name)
    {
        string written = CalibrationCatalog.ToJson(CalibrationCatalog.Load(name));
        Assert.That(CalibrationCatalog.ToJson(CalibrationCatalog.Parse("again", written)), Is.EqualTo(written));
    }

    [Test]
    public void Schema_keys_of_operations_and_factors_are_the_known_ones()
    {
        string schema = File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "configs", "schema", "calibration.schema.json"));
        using System.Text.Json.JsonDocument parsed = System.Text.Json.JsonDocument.Parse(schema);
        System.Text.Json.JsonElement keys = parsed.RootElement.GetProperty("properties");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Listed(keys.GetProperty("ops")), Is.EqualTo(CalibratedOps.All));
            Assert.That(Listed(keys.GetProperty("factors")), Is.EqualTo(CalibrationFactors.All));
        }

        static string[] Listed(System.Text.Json.JsonElement at) =>
            [.. at.GetProperty("propertyNames").GetProperty("enum").EnumerateArray().Select(key => key.GetString()!)];
    }

    [TestCase("\"per_MiB_us\": 1", "\"per_MB_us\": 1", "p.json:7: unknown key 'per_MB_us' (did you mean 'per_MiB_us'?)")]
    [TestCase("vmm.map", "vmm.mapp", "p.json:6: vmm.mapp: expected a known key (did you mean 'vmm.map'?), found an unknown operation")]
    [TestCase("\"fixed_us\": 2", "\"fixed_us\": -2", "p.json:6: vmm.map: expected fixed_us from 0 to 10 s, found -2")]
    [TestCase("\"p90\": 1.5", "\"p90\": 9", "p.json:6: vmm.map: expected quantiles p50 = 1 <= p90 <= p99 <= max, found 1, 9, 2, 3")]
    [TestCase("assumed", "guessed", "p.json:9: kind: expected one of measured, published, datasheet, assumed")]
    [TestCase("assumed", "measured", "p.json:5: ops: expected a run block, since some numbers are called measured, found none")]
    [TestCase("a test", " ", "p.json:6: vmm.map: expected a ref in its provenance, found an empty one")]
    [TestCase("profile/1", "profile/2", "p.json:2: schema: expected calibration-profile/1, found calibration-profile/2")]
    [TestCase("copy.bidirectional", "copy.bidirektional",
        "p.json:13: copy.bidirektional: expected a known key (did you mean 'copy.bidirectional'?), found an unknown factor")]
    [TestCase("\"name\": \"mine\",", "", "p.json:15: missing name")]
    public void Parse_one_fault_says_where_and_what_was_expected(string right, string wrong, string message)
    {
        string json = Profiles.Small.Replace(right, wrong, StringComparison.Ordinal);
        Assert.That(json, Is.Not.EqualTo(Profiles.Small));
        InputException? refused = Assert.Throws<InputException>(() => _ = CalibrationCatalog.Parse("p.json", json));
        Assert.That(refused!.Message, Is.EqualTo(message));
    }

    [Test]
    public void Load_unknown_name_says_which_was_probably_meant()
    {
        InputException? refused = Assert.Throws<InputException>(() => _ = CalibrationCatalog.Load("h20"));
        Assert.That(refused!.Message, Does.StartWith("unknown calibration profile 'h20' (did you mean 'h200'?)"));
    }
}
