using ELLM.Sim.Tests.Laws.Kit;
using ELLM.Sim.Timing;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Timing;

[TestFixture]
internal sealed class ConstantTimeModelTests
{
    private static readonly ConstantTimeModel Model = new()
    {
        StepPs = 1_000,
        PerSequencePs = 10,
        PerContextTokenPs = 3,
        PerLongestTokenPs = 2,
        PerPrefillTokenPs = 7,
        PerPrefillPairPs = 5,
    };

    [Test]
    public void Decode_batch_is_the_stated_sum() =>
        Assert.That(Model.Decode(new DecodeBatch(4, 100, 50)), Is.EqualTo(new DecodeCost(1_040, 3, 2, long.MaxValue)));

    [Test]
    public void Mixed_chunk_on_cached_tokens_counts_its_attention_pairs()
    {
        // 4 x 10 pairs with the cached tokens, 4 x 5 / 2 among themselves.
        long ps = Model.Mixed([new PrefillChunk(4, 10, true)], new DecodeBatch(2, 20, 15));
        Assert.That(ps, Is.EqualTo(1_000 + 2 * 10 + 20 * 3 + 15 * 2 + 4 * 7 + 50 * 5));
    }

    [Test]
    public void Scaled_any_question_is_the_answer_times_the_factor()
    {
        ScaledTimeModel scaled = new(Model, 6);
        PrefillChunk[] chunks = [new PrefillChunk(4, 10, true)];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(scaled.Decode(new DecodeBatch(4, 100, 50)), Is.EqualTo(new DecodeCost(6_240, 18, 12, long.MaxValue)));
            Assert.That(scaled.Mixed(chunks, default), Is.EqualTo(6 * Model.Mixed(chunks, default)));
            Assert.That(scaled.MaxSequences, Is.EqualTo(Model.MaxSequences));
        }
    }
}
