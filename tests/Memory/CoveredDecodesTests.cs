using ELLM.Sim.Memory;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Memory;

internal sealed class CoveredDecodesTests
{
    [FsCheck.NUnit.Property(Replay = "71,73", MaxTest = 300)]
    public void Batch_grows_as_sequences_do_that_first_fill_what_is_mapped_for_them(int seed)
    {
        Random random = new(seed);
        KvGrowth growth = new(1, random.Next(1, 9));
        CoveredDecodes covered = new(growth);
        List<(int Tokens, long Mapped, long GrowsFrom)> naive = [];
        long done = 0;
        for (int i = 0; i < 60; i++)
        {
            int action = random.Next(4);
            if (action == 0 && naive.Count > 0)
            {
                int at = random.Next(naive.Count);
                covered.Leave(naive[at].GrowsFrom, naive[at].Tokens);
                naive.RemoveAt(at);
            }
            else if (action == 1)
            {
                long steps = covered.Unchanged(random.Next(1, 30));
                growth.Advance(steps);
                covered.Advance(steps);
                done += steps;
                naive = [.. naive.Select(
                    one => (one.Tokens + (int)steps, Math.Max(one.Mapped, growth.Units(one.Tokens + steps)), one.GrowsFrom))];
            }
            else
            {
                int tokens = random.Next(1, 40);
                long mapped = growth.Units(tokens) + random.Next(3);
                naive.Add((tokens, mapped, covered.Join(tokens, growth.Tokens(mapped) - tokens)));
            }
            Assert.That((growth.Count, covered.Count),
                Is.EqualTo((naive.Count(one => one.GrowsFrom <= done), naive.Count(one => one.GrowsFrom > done))));
            long unchanged = covered.Unchanged(1000);
            Assert.That(growth.Need(0), Is.EqualTo(Grown(1)), "the next step");
            Assert.That(growth.Over(unchanged, 0).Units, Is.EqualTo(Grown(unchanged)), "until another one begins to grow");
        }

        long Grown(long steps) => naive.Sum(one => Math.Max(0, growth.Units(one.Tokens + steps) - one.Mapped));
    }
}
