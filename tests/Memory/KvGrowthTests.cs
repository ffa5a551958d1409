using ELLM.Sim.Memory;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory;

internal sealed class KvGrowthTests
{
    [FsCheck.NUnit.Property(Replay = "61,67", MaxTest = 300)]
    public void Batch_grows_as_its_sequences_do_whatever_the_unit(int seed)
    {
        Random random = new(seed);
        (long numerator, long denominator) = (random.Next(1, 30), random.Next(1, 200));
        KvGrowth growth = new(numerator, denominator);
        List<int> lengths = [];
        for (int i = random.Next(1, 12); i > 0; i--)
        {
            int tokens = random.Next(1, 500);
            growth.Join(growth.ClassOf(tokens));
            lengths.Add(tokens);
            int steps = random.Next(0, 40);
            growth.Advance(steps);
            for (int j = 0; j < lengths.Count; j++)
                lengths[j] += steps;
        }
        long ahead = random.Next(0, 300);
        long over = random.Next(0, 700);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(growth.Need(ahead), Is.EqualTo(lengths.Sum(n => Units(n + ahead + 1) - Units(n + ahead))), "one step");
            Assert.That(growth.Over(over, held: 3), Is.EqualTo(Stepped(lengths, over, held: 3)), "many steps");
            Assert.That(growth.Tokens(growth.Units(lengths[0])), Is.GreaterThanOrEqualTo(lengths[0]));
            Assert.That(growth.Units(growth.Tokens(growth.Units(lengths[0])) + 1), Is.GreaterThan(growth.Units(lengths[0])));
        }

        KvGrown Stepped(List<int> tokens, long steps, long held)
        {
            long before = held, sum = 0, moment = 0;
            for (long j = 0; j < steps; j++)
            {
                held += tokens.Sum(n => Units(n + j + 1) - Units(n + j));
                sum += held;
                moment += j * held;
            }
            return new KvGrown(held - before, sum, moment);
        }

        long Units(long tokens) => ((tokens * numerator) + denominator - 1) / denominator;
    }

    [Test]
    public void Units_chunk_that_holds_no_whole_number_of_tokens_repeat_after_the_period()
    {
        // OPT-13B, one tensor of one layer: 10,240 bytes a token, 204.8 tokens to a 2 MiB chunk.
        KvGrowth growth = new(10_240, 2 << 20);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(growth.Period, Is.EqualTo(1024));
            Assert.That(growth.Units(204), Is.EqualTo(1));
            Assert.That(growth.Units(205), Is.EqualTo(2));
            Assert.That(growth.Units(1024), Is.EqualTo(5));
        }
    }
}
