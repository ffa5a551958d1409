using System.Text.Json;
using System.Text.Json.Nodes;
using ELLM.Sim.Settings;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Settings;

internal sealed class KnobTests
{
    private enum Mode
    {
        SlowStart,
        Pow2,
    }

    private abstract record Shared : KnobSet
    {
        [Knob("share", 0, 1)]
        public double Share { get; init; } = 0.5;
    }

    private sealed record Sample : Shared
    {
        [Knob("a count", 1, 10)]
        public int Count { get; init; } = 3;

        [Knob("bytes; null: none", 0)]
        public long? Bytes { get; init; }

        [Knob("how")]
        public Mode Mode { get; init; } = Mode.Pow2;

        [Knob("a word", "a", "b")]
        public string Word { get; init; } = "a";

        [Knob("a switch")]
        public bool On { get; init; }

        public int NoKnob { get; init; }
    }

    private sealed record Odd : KnobSet
    {
        [Knob("a date")]
        public DateTime At { get; init; }
    }

    [Test]
    public void Knobs_are_the_properties_that_say_so_inherited_ones_first() => Assert.That(
        Knob.Of(new Sample()).Select(k => (k.Key, k.Min, k.Max, Words: string.Join('|', k.Words))),
        Is.EqualTo(new[]
        {
            ("share", 0, 1, ""),
            ("count", 1, 10, ""),
            ("bytes", 0, double.PositiveInfinity, ""),
            ("mode", double.NegativeInfinity, double.PositiveInfinity, "slow-start|pow2"),
            ("word", double.NegativeInfinity, double.PositiveInfinity, "a|b"),
            ("on", double.NegativeInfinity, double.PositiveInfinity, ""),
        }));

    [Test]
    public void A_set_survives_its_json_and_the_one_it_came_from_is_not_touched()
    {
        Sample defaults = new(), changed = new() { Share = 0.1, Count = 7, Bytes = 1L << 40, Mode = Mode.SlowStart, Word = "b", On = true };
        Assert.That(Read(defaults, Written(changed)), Is.EqualTo(changed));
        Assert.That(Read(changed, Written(defaults)), Is.EqualTo(defaults));
        Assert.That(defaults, Is.EqualTo(new Sample()));
        Assert.That(Written(changed)["mode"]!.GetValue<string>(), Is.EqualTo("slow-start"));
    }

    [Test]
    public void What_a_set_does_not_have_is_left()
    {
        Dictionary<string, JsonElement> values = Values("""{ "count": 4, "other": 1 }""");
        Assert.That(KnobSet.Read(new Sample(), values).Count, Is.EqualTo(4));
        Assert.That(values.Keys, Is.EqualTo(new[] { "other" }));
    }

    [TestCase("""{ "count": "4" }""")]
    [TestCase("""{ "count": 4.5 }""")]
    [TestCase("""{ "count": null }""")]
    [TestCase("""{ "mode": "fast" }""")]
    [TestCase("""{ "mode": 1 }""")]
    [TestCase("""{ "on": 0 }""")]
    public void Values_of_another_type_are_refused(string json) =>
        Assert.That(() => KnobSet.Read(new Sample(), Values(json)), Throws.TypeOf<JsonException>());

    [Test]
    public void A_knob_of_a_type_that_no_file_could_hold_is_refused() =>
        Assert.That(() => Knob.Of(new Odd())[0].Get(new Odd()), Throws.TypeOf<NotSupportedException>());

    private static JsonObject Written(KnobSet set) => [.. Knob.Of(set).Select(knob => KeyValuePair.Create(knob.Key, knob.Get(set)))];

    private static Sample Read(Sample set, JsonObject json) => KnobSet.Read(set, Values(json.ToJsonString()));

    private static Dictionary<string, JsonElement> Values(string json) =>
        JsonDocument.Parse(json).RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value);
}
