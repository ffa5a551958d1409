using ELLM.Sim.Serving;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

internal sealed class DecodeSetTests
{
    [FsCheck.NUnit.Property(Replay = "97,101", MaxTest = 200)]
    public void Aggregates_are_those_of_sequences_walked_one_by_one(int seed)
    {
        Random random = new(seed);
        SequenceTable table = new();
        DecodeSet decodes = new(table);
        List<(int Slot, int Request, int Kv, int Left)> naive = [];
        for (int i = 0; i < 150; i++)
        {
            int action = random.Next(4);
            if (action == 0 || naive.Count == 0)
            {
                int kv = random.Next(1, 50), left = random.Next(1, 20);
                naive.Add((Join(table, decodes, i, kv, left), i, kv, left));
            }
            else if (action == 1)
            {
                int at = random.Next(naive.Count);
                Leave(table, decodes, naive[at]);
                naive.RemoveAt(at);
            }
            else
            {
                int steps = random.Next(1, (int)decodes.StepsToCompletion + 1);
                decodes.Advance(steps);
                naive = [.. naive.Select(n => (n.Slot, n.Request, n.Kv + steps, n.Left - steps))];
                foreach ((int Slot, int Request, int Kv, int Left) done in naive.Where(n => n.Left == 0).OrderBy(n => n.Request))
                {
                    Assert.That(decodes.Completed(), Is.EqualTo(done.Slot), "completions come in order of arrival");
                    Leave(table, decodes, done);
                }
                Assert.That(decodes.Completed(), Is.EqualTo(-1));
                naive.RemoveAll(n => n.Left == 0);
            }
            Assert.That(decodes.Count, Is.EqualTo(naive.Count));
            Assert.That(decodes.KvTokens, Is.EqualTo(naive.Sum(n => (long)n.Kv)));
            Assert.That(decodes.LongestKv, Is.EqualTo(naive.Select(n => n.Kv).DefaultIfEmpty().Max()));
            if (naive.Count > 0)
                Assert.That(decodes.StepsToCompletion, Is.EqualTo(naive.Min(n => n.Left)));
        }
    }

    [Test]
    public void StepsToCompletion_NobodyDecodes_Throws() =>
        Assert.That(() => new DecodeSet(new SequenceTable()).StepsToCompletion, Throws.InvalidOperationException);

    private static int Join(SequenceTable table, DecodeSet decodes, int request, int kv, int left)
    {
        int slot = table.Open(request);
        table[slot].PrefillTokens = kv;
        table[slot].OutputTokens = left + 1;
        table[slot].Emitted = 1;
        decodes.Join(slot, 0);
        return slot;
    }

    private static void Leave(SequenceTable table, DecodeSet decodes, (int Slot, int Request, int Kv, int Left) naive)
    {
        decodes.Leave(naive.Slot);
        Sequence sequence = table[naive.Slot];
        Assert.That(sequence.PrefillTokens, Is.EqualTo(naive.Kv), "what a preempted sequence would have to prefill");
        Assert.That(sequence.OutputTokens - sequence.Emitted, Is.EqualTo(naive.Left));
        table.Close(naive.Slot);
    }
}
