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
                int kv = random.Next(1, 50), left = OutputLeft(random);
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
                int most = (int)decodes.StepsToCompletion;
                int steps = random.Next(2) == 0 ? most : random.Next(1, most + 1);
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

    /// <summary>Few different lengths, so that many finish together; some around the size of the wheel and beyond it.</summary>
    private static int OutputLeft(Random random) => random.Next(6) switch
    {
        0 => CompletionWheel.Steps + random.Next(-2, 3),
        1 => random.Next(1, 3 * CompletionWheel.Steps),
        _ => random.Next(1, 20),
    };

    [Test]
    public void Sequence_in_the_shadow_of_a_preempted_one_leads()
    {
        SequenceTable table = new();
        DecodeSet decodes = new(table);
        int longest = Join(table, decodes, 0, 100, 50);
        Join(table, decodes, 1, 80, 40);
        Join(table, decodes, 2, 30, 5_000);
        decodes.Advance(10);
        Assert.That(decodes.LongestKv, Is.EqualTo(110));
        decodes.Leave(longest);
        Assert.That(decodes.LongestKv, Is.EqualTo(90), "it would have finished before the other, so it was no contender");
        decodes.Advance(30);
        decodes.Leave(decodes.Completed());
        Assert.That(decodes.LongestKv, Is.EqualTo(70));
        Assert.That(decodes.StepsToCompletion, Is.EqualTo(4_960));
    }

    [Test]
    public void Completions_of_one_step_come_in_arrival_order_whatever_the_order_of_joining()
    {
        SequenceTable table = new();
        DecodeSet decodes = new(table);
        int far = CompletionWheel.Steps + 7;
        Join(table, decodes, 4, 10, far);
        Join(table, decodes, 1, 10, far);
        decodes.Advance(7);
        foreach (int request in new[] { 5, 2, 0, 6, 3 })
            Join(table, decodes, request, 10, far - 7);
        decodes.Advance(1);
        foreach (int request in new[] { 9, 7, 8 })
            Join(table, decodes, request, 10, far - 8);
        decodes.Advance(decodes.StepsToCompletion);
        List<int> order = [];
        for (int slot = decodes.Completed(); slot >= 0; slot = decodes.Completed())
        {
            order.Add(table[slot].Request);
            decodes.Leave(slot);
        }
        Assert.That(order, Is.EqualTo(Enumerable.Range(0, 10)));
    }

    [Test]
    public void Steps_to_completion_without_decodes_throws() =>
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
