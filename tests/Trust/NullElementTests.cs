using ELLM.Sim.Experiments.Colocation;
using ELLM.Sim.Hardware;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Models;
using ELLM.Sim.Tests.Architecture;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload.Generators;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Trust;

/// <summary>What annotations of properties do not catch in files that people write: nulls in lists and dictionaries, empty keys, objects
/// that do not say their kind.</summary>
internal sealed class NullElementTests
{
    private const string Map = """
        {
          "name": "m", "source": "s",
          "models": [
            { "id": "a", "model": "llama-3.1-8b", "requests": 5, "workload": { "name": "w",
              "arrivals": { "kind": "poisson", "rate_per_s": 1 },
                  "input": { "kind": "blend", "parts": [{ "weight": 1, "of": { "kind": "constant", "tokens": 5 } }] },
              "output": { "kind": "constant", "tokens": 5 } } }
          ]
        }
        """;

    [Test]
    public void Whole_map_is_read() => Assert.That(ModelMaps.Parse("m.json", Map).Models, Has.Count.EqualTo(1));

    [TestCase("[\n    {", "[\n    null, {", "m.json:4: expected an object in models[0], found null")]
    [TestCase("\"parts\": [{", "\"parts\": [null, {", "m.json:6: expected an object in models[0].workload.input.parts[0], found null")]
    public void A_null_in_a_list_is_refused_with_its_place(string whole, string broken, string message) =>
        Assert.That(() => ModelMaps.Parse("m.json", Changed(Map, whole, broken)), Refused(message));

    [Test]
    public void A_null_in_a_dictionary_is_refused_with_its_place()
    {
        string profile = Shipped("calibration/h100.json");
        int at = profile.IndexOf("\"vmm.create\": {", StringComparison.Ordinal);
        Assume.That(at, Is.Positive);
        string broken = profile.Insert(at, "\"vmm.map\": null, ").Replace("\"vmm.map\": {", "\"vmm.reserve\": {", StringComparison.Ordinal);
        InputException? refused = Assert.Throws<InputException>(() => CalibrationCatalog.Parse("p.json", broken));
        Assert.That(refused!.Message, Does.StartWith("p.json:").And.Not.Contains("Object reference"));
    }

    [Test]
    public void A_null_table_of_messages_is_refused()
    {
        string profile = Shipped("timing/h100.json");
        string broken = Changed(profile, "\"all_reduce\": [", "\"all_reduce\": [null, ");
        Assert.That(() => TimingCatalog.Parse("t.json", broken),
            Throws.InstanceOf<InputException>().With.Message.Contains("expected an object in all_reduce[0], found null"));
    }

    [Test]
    public void An_empty_key_is_an_unknown_key() =>
        Assert.That(() => ModelCatalog.Parse("m.json", Changed(Shipped("models/llama-3.1-8b.json"), "\"layers\"", "\"\": 1, \"layers\"")),
            Refused("unknown key ''"));

    [TestCase("\"kind\": \"poisson\", ", "", "arrivals: missing kind, one of poisson, gamma, ")]
    [TestCase("\"kind\": \"constant\", \"tokens\": 5 } }] }", "\"tokens\": 5 } }] }", "of: missing kind, one of constant, ")]
    public void An_object_without_its_kind_is_told_the_kinds(string whole, string broken, string message) =>
        Assert.That(() => ModelMaps.Parse("m.json", Changed(Map, whole, broken)), Refused(message));

    [Test]
    public void A_workload_of_its_own_file_is_told_the_kinds_with_its_line() =>
        Assert.That(
            () => GeneratorJson.Parse("{\"name\": \"w\",\n\"arrivals\": {\"rate_per_s\": 4}, \"input\": {\"kind\": \"constant\", "u8
                + "\"tokens\": 1}, \"output\": {\"kind\": \"constant\", \"tokens\": 1}}"u8, "w.json"),
            Refused("w.json:2: arrivals: missing kind, one of "));

    [TestCase("1e999")]
    [TestCase("-1e999")]
    public void Numbers_that_a_double_does_not_hold_are_refused(string number) =>
        Assert.That(
            () => ModelMaps.Parse("m.json", Changed(Map, "\"weight\": 1,", $"\"weight\": {number},")),
            Refused($"weight: expected a number up to 1.8e308, found {number}"));

    [Test]
    public void An_empty_list_is_left_to_the_checks_that_follow() =>
        Assert.That(
            () => ModelMaps.Parse("m.json", Changed(Map, "\"poisson\", \"rate_per_s\": 1",
                "\"rate_table\", \"rate_per_s\": 1, \"step_s\": 1, \"multipliers\": []")),
            Throws.Nothing);

    [TestCase("\\u001b[31mred")]
    [TestCase("a\\u0000b")]
    [TestCase("\\u202Etxt.evil")]
    [TestCase("\\ud800")]
    public void Names_with_control_characters_are_refused(string name) =>
        Assert.That(() => GpuCatalog.Parse("g.json", Changed(Shipped("gpus/h100.json"), "\"name\": \"h100\"", $"\"name\": \"{name}\"")),
            Refused("g.json:3: name: expected "));

    private static NUnit.Framework.Constraints.ContainsConstraint Refused(string message) =>
        Throws.InstanceOf<InputException>().With.Message.Contains(message).And.Message.Not.Contains("\u001b");

    private static string Changed(string text, string old, string now)
    {
        Assert.That(text, Does.Contain(old));
        return text.Replace(old, now, StringComparison.Ordinal);
    }

    private static string Shipped(string file) => SourceTree.Text("configs/" + file);
}
