using System.Text.Json.Nodes;
using ELLM.Sim.Configuration;
using ELLM.Sim.Memory;
using ELLM.Sim.Policies;
using ELLM.Sim.Settings;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Experiments;

internal sealed class ConfigBinderTests
{
    private static readonly PolicyPreset Small = PresetCatalog.Parse("small.json",
        """{"name":"small","summary":"s","source":"s","engine_version":"v","policy":{"overflow":"swap"},"engine":{"max_num_seqs":8}}""");

    [Test]
    public void Later_layers_win_over_earlier_ones()
    {
        RunConfig config = ConfigBinder.Bind(Small, [new("engine.max_num_seqs", "4"), new("tp", "2"), new("engine.max_num_seqs", "5")]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(config.Policy.Overflow, Is.EqualTo("swap"));
            Assert.That(config.Engine.MaxNumSeqs, Is.EqualTo(5));
            Assert.That(config.Tp, Is.EqualTo(2));
            Assert.That(config.Policy.Of<PagedKnobs>().BlockTokens, Is.EqualTo(16));
            Assert.That(config.Preset, Is.EqualTo("small"));
        }
    }

    [Test]
    public void Null_takes_a_setting_back_to_its_default()
    {
        RunConfig config = ConfigBinder.Bind(Small, [new("engine.max_model_len", "4096"), new("engine.max_model_len", "null")]);
        Assert.That(config.Engine.MaxModelLen, Is.Null);
    }

    [Test]
    public void A_policy_has_the_knobs_of_its_parts_and_no_others()
    {
        foreach (string name in PresetCatalog.Names)
        {
            RunConfig config = ConfigBinder.Bind(PresetCatalog.Load(name), []);
            IEnumerable<string> keys = ConfigKeys.Of(config.Policy).Select(k => k.Path)
                .Where(p => p.StartsWith("policy.", StringComparison.Ordinal));
            Assert.That(ConfigBinder.ToTree(config)["policy"]!.AsObject().Select(p => "policy." + p.Key), Is.EquivalentTo(keys), name);
            foreach (ConfigKey key in ConfigKeys.All.Where(k => k.Owners.Length > 0 && !keys.Contains(k.Path)))
            {
                string text = key.Allowed.Count > 0
                    ? key.Allowed[0]
                    : key.JsonType.ToJsonString().Contains("boolean", StringComparison.Ordinal) ? "true" : "64";
                if (key.Max < 64)
                    text = key.Max.ToString(System.Globalization.CultureInfo.InvariantCulture);
                Assert.That(() => ConfigBinder.Bind(PresetCatalog.Load(name), [new Assignment(key.Path, text)]),
                    Throws.TypeOf<InputException>().With.Message
                        .EqualTo($"{key.Path}: belongs to {key.Owners}, which no chosen policy has"), name);
            }
        }
    }

    [Test]
    public void A_knob_reaches_the_policies_that_have_it()
    {
        IReadOnlyList<RunConfig> both =
            ConfigBinder.Bind([PresetCatalog.Load("vllm"), PresetCatalog.Load("ellm")], [new Assignment("policy.slo_window", "9")]);
        Assert.That(both[0], Is.EqualTo(ConfigBinder.Bind(PresetCatalog.Load("vllm"), [])));
        Assert.That(both[1].Policy.Of<StreamKnobs>().SloWindow, Is.EqualTo(9));
        IReadOnlyList<RunConfig> again =
            ConfigBinder.With(both, [new Assignment("policy.slo_window", "7"), new Assignment("policy.block_tokens", "32")]);
        Assert.That((again[0].Policy.Of<PagedKnobs>().BlockTokens, again[1].Policy.Of<StreamKnobs>().SloWindow), Is.EqualTo((32, 7)));
    }

    [Test]
    public void Knobs_of_a_part_that_was_replaced_fall_away_and_those_of_the_new_one_may_be_set_in_any_order()
    {
        RunConfig config =
            ConfigBinder.Bind(PresetCatalog.Load("vllm"),
                [new Assignment("policy.chunk_kib", "4096"), new Assignment("policy.layout", "vmm")]);
        JsonObject policy = ConfigBinder.ToTree(config)["policy"]!.AsObject();
        Assert.That((config.Policy.Of<VmmKnobs>().ChunkKib, policy.ContainsKey("block_tokens")), Is.EqualTo((4096, false)));
        Assert.That(
            () => ConfigBinder.Bind(PresetCatalog.Load("vllm"),
                [new Assignment("policy.block_tokens", "32"), new Assignment("policy.layout", "vmm")]),
            Throws.TypeOf<InputException>().With.Message
                .EqualTo("policy.block_tokens: belongs to layout paged, layer-paged, which no chosen policy has"));
    }

    [Test]
    public void Parts_of_one_role_may_share_a_knob_and_parts_of_two_may_not()
    {
        foreach (IGrouping<string, PolicyPart> role in PolicyParts.All.GroupBy(p => p.Role))
        {
            IEnumerable<string> others = PolicyParts.All.Where(p => p.Role != role.Key).Select(p => p.Knobs).Append(new PolicySpec())
                .SelectMany(Knob.Of).Select(k => k.Key);
            Assert.That(role.SelectMany(p => Knob.Of(p.Knobs)).Select(k => k.Key).Intersect(others), Is.Empty, role.Key);
            foreach (IGrouping<string, Knob> key in role.SelectMany(p => Knob.Of(p.Knobs)).GroupBy(k => k.Key))
                Assert.That(key.Select(k => (k.Type, k.Meaning, k.Min, k.Max)).Distinct(), Has.Exactly(1).Items, key.Key);
        }
    }

    [TestCase("policy.overflo", "swap", "unknown setting 'policy.overflo' (did you mean 'policy.overflow'?)")]
    [TestCase("max_num_seqs", "1", "unknown setting 'max_num_seqs' (did you mean 'engine.max_num_seqs'?)")]
    [TestCase("policy.overflow", "swpa", "policy.overflow: expected one of wait, recompute, swap, stream, offload, found 'swpa'")]
    [TestCase("engine.max_num_seqs", "many", "engine.max_num_seqs: expected an integer from 1 to 1048576 or null, found 'many'")]
    [TestCase("engine.max_num_seqs", "-3", "engine.max_num_seqs: expected an integer from 1 to 1048576 or null, found '-3'")]
    [TestCase("engine.max_model_len", "99999999999", "engine.max_model_len: expected an integer of at least 2 or null, found '99999999999'")]
    [TestCase("engine.gpu_memory_utilization", "1.5", "engine.gpu_memory_utilization: expected a number from 0.01 to 1 or null, found '1.5'")]
    [TestCase("engine.gpu_memory_utilization", "NaN", "engine.gpu_memory_utilization: expected a number from 0.01 to 1 or null, found 'NaN'")]
    [TestCase("engine.strict_start", "yes", "engine.strict_start: expected true or false, found 'yes'")]
    [TestCase("seed", "null", "seed: expected an integer of at least 0, found 'null'")]
    [TestCase("preset", "vllm", "preset: choose the policy with --policy or --policies, not with --set")]
    public void Wrong_assignments_say_what_was_expected(string path, string value, string message) =>
        Assert.That(() => ConfigBinder.Bind(Small, [new Assignment(path, value)]),
            Throws.TypeOf<InputException>().With.Message.EqualTo(message));

    [TestCase("""{"overflo":"swap"}""", "policy bad: unknown setting 'policy.overflo' (did you mean 'policy.overflow'?)")]
    [TestCase("""{"slo_window":9}""", "policy bad: policy.slo_window: belongs to overflow stream, which no chosen policy has")]
    [TestCase("""{"block_tokens":"16"}""", "policy bad: policy.block_tokens: expected an integer from 1 to 1048576, found \"16\"")]
    [TestCase("""{"layout":null}""", "policy bad: policy.layout: expected one of paged, layer-paged, contiguous, vmm, live, found null")]
    public void Wrong_presets_are_refused(string policy, string message)
    {
        PolicyPreset preset = PresetCatalog.Parse("bad.json",
            $$"""{"name":"bad","summary":"s","source":"s","engine_version":"v","policy":{{policy}}}""");
        Assert.That(() => ConfigBinder.Bind(preset, []), Throws.TypeOf<InputException>().With.Message.EqualTo(message));
    }

    [Test]
    public void Assignment_without_value_is_refused() =>
        Assert.That(() => Assignment.Parse("policy.overflow"),
            Throws.TypeOf<InputException>().With.Message.Contains("expected path=value"));

    [Test]
    public void Every_shipped_preset_binds_and_survives_its_own_json()
    {
        Assert.That(PresetCatalog.Names, Is.Not.Empty);
        foreach (string name in PresetCatalog.Names)
        {
            RunConfig config = ConfigBinder.Bind(PresetCatalog.Load(name), []);
            JsonObject tree = JsonNode.Parse(ConfigBinder.ToTree(config).ToJsonString())!.AsObject();
            Assert.That(ConfigBinder.FromTree(tree), Is.EqualTo(config), name);
            Assert.That(config.Preset, Is.EqualTo(name));
        }
    }

    [Test]
    public void Every_setting_is_explained() =>
        Assert.That(ConfigKeys.All.Where(k => k.Doc.Length == 0).Select(k => k.Path), Is.Empty);

    [Test]
    public void Schema_holds_every_setting_with_its_limits()
    {
        JsonObject schema = ConfigSchema.Create();
        foreach (ConfigKey key in ConfigKeys.All)
        {
            JsonNode? at = schema;
            foreach (string part in key.Path.Split('.'))
                at = at?["properties"]?[part];
            Assert.That(at?["description"]?.GetValue<string>(), Is.EqualTo(key.Doc), key.Path);
        }
        Assert.That(schema["properties"]!["policy"]!["properties"]!["overflow"]!["enum"]!.AsArray(), Has.Count.EqualTo(5));
    }

    [TestCase("ttft=200ms,tpot=0.05", 0.2, 0.05)]
    [TestCase("tpot=50ms", null, 0.05)]
    [TestCase("ttft:1.5s", 1.5, null)]
    [TestCase("ttft:500,tpot:50", 0.5, 0.05)]
    [TestCase("ttft=500,tpot : 50", 500.0, 0.05)]
    [TestCase("ttft=250us", 0.00025, null)]
    public void Slo_accepts_units(string text, double? ttft, double? tpot)
    {
        RunConfig config = ConfigBinder.Bind(Small, SloText.Parse(text));
        Assert.That((config.Slo.TtftS, config.Slo.TpotS), Is.EqualTo((ttft, tpot)));
    }

    [TestCase("")]
    [TestCase("ttft")]
    [TestCase("ttft=-1")]
    [TestCase("ttft=fast")]
    [TestCase("ttft=0ms")]
    public void Slo_refuses_what_it_cannot_read(string text) =>
        Assert.That(() => SloText.Parse(text), Throws.TypeOf<InputException>().With.Message.Contains("expected ttft=TIME"));
}
