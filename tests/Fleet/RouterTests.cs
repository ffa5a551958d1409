using ELLM.Sim.Fleet;
using ELLM.Sim.Fleet.Routers;
using ELLM.Sim.Settings;
using ELLM.Sim.Tests.Architecture;
using ELLM.Sim.Workload;
using FsCheck;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Fleet;

internal sealed class RouterTests
{
    [FsCheck.NUnit.Property(Replay = "61,7", MaxTest = 500)]
    public bool Tree_finds_the_least_and_among_equals_the_lowest_index(NonEmptyArray<byte> keys)
    {
        const int Count = 13;
        LeastTree tree = new(Count);
        long[] plain = new long[Count];
        for (int i = 0; i < keys.Get.Length; i++)
        {
            (int index, int key) = (i * 7 % Count, keys.Get[i] % 5);
            tree.Set(index, key);
            plain[index] = key;
            if (tree.Least != Array.IndexOf(plain, plain.Min()) || tree.Key(index) != key)
                return false;
        }
        return true;
    }

    [TestCase("fastest", "engine.router: expected one of round-robin, random, least-outstanding, least-tokens, least-kv, power-of-choices, "
        + "prefix-affinity, central-queue, found fastest")]
    [TestCase("random:x=1", "engine.router: random: expected nothing after its name, found 'x=1'")]
    [TestCase("least-kv:report_s=-1", "engine.router: least-kv: report_s: expected a number from 0 to 3600, found '-1'")]
    [TestCase("central-queue:places=0", "engine.router: central-queue: places: expected an integer from 1 to 1048576, found '0'")]
    [TestCase("central-queue:places=1.5", "engine.router: central-queue: places: expected an integer from 1 to 1048576, found '1.5'")]
    [TestCase("power-of-choices:2", "engine.router: power-of-choices: expected choices=N, found '2'")]
    public void Bad_router_is_one_line(string text, string line) =>
        Assert.That(() => RouterChoice.Parse(text), Throws.InstanceOf<InputException>().With.Message.EqualTo(line));

    [Test]
    public void Every_router_and_its_knobs_have_a_row_in_the_page()
    {
        string page = SourceTree.Text("docs/fleets.md");
        foreach (RouterEntry entry in RouterCatalog.All)
        {
            Assert.That(page, Does.Contain($"| `{entry.Name}` | {entry.Summary} |"));
            foreach (Knob knob in Knob.Of(entry.Knobs))
                Assert.That(page, Does.Contain($"`{knob.Key}` {knob.Meaning}"));
        }
    }

    [Test]
    public void Knobs_stand_behind_the_name()
    {
        RouterChoice choice = RouterChoice.Parse("prefix-affinity:match=0.25,balance_abs=3");
        Assert.That(choice.Knobs, Is.EqualTo(new PrefixAffinityKnobs { Match = 0.25, BalanceAbs = 3 }));
        Assert.That(RouterChoice.Parse("least-kv:report_s=0.5").ReportPs, Is.EqualTo(500_000_000_000));
    }

    [Test]
    public void Prefix_affinity_needs_a_trace_that_knows_how_prompts_begin() =>
        Assert.That(
            () => RouterChoice.Parse("prefix-affinity").Create(new Trace("plain", [0], [1], [1]), 1),
            Throws.InstanceOf<InputException>().With.Message.Contains("found none in plain"));
}
