using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Timing;

[TestFixture]
internal sealed class TimingCatalogTests
{
    [TestCase("\"mode\": \"single_kernel_fa2\"", "\"mode\": \"together\"", "mode: expected one of separate, single_kernel_fa2")]
    [TestCase("\"gpus\": 2", "\"gpu\": 2", "unknown key 'gpu' (did you mean 'gpus'?)")]
    [TestCase("\"sms\": 108", "\"sms\": 0", "sms: expected a number from 1 to 1000000, found 0")]
    [TestCase("\"tile_tokens\": 0.0", "\"tile_tokens\": \"none\"", "tile_tokens: expected a number")]
    public void Parse_SpoiltProfile_NamesLineKeyAndWhatIsExpected(string good, string bad, string message)
    {
        string file = Path.Combine(RepositoryRoot.Find(), "configs", "timing", "a100.json");
        string json = File.ReadAllText(file);
        Assert.That(json, Does.Contain(good));
        InputException? refused = Assert.Throws<InputException>(
            () => _ = TimingCatalog.Parse("mine.json", json.Replace(good, bad, StringComparison.Ordinal)));
        Assert.That(refused!.Message, Does.Match(@"^mine\.json:[0-9]+: ").And.EndsWith(message));
    }

    [Test]
    public void AllReduceUs_MessageAtABoundary_BelongsToTheSmallerSegment()
    {
        AllReduceTable table = new(2, [new MessageSegment(5, 0.5, 100), new MessageSegment(20, 0.25)], "test", false);
        Assert.That((table.Us(100), table.Us(101)), Is.EqualTo((55.0, 45.25)));
    }
}
