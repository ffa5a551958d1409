using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Serving;

internal sealed class LastTokensTests
{
    /// <summary>Sequences come and go between spans of several steps; every gap is also counted sequence by sequence.</summary>
    [FsCheck.NUnit.Property(Replay = "89,97", MaxTest = 200)]
    public void Gaps_are_those_of_sequences_followed_one_by_one(int seed)
    {
        Random random = new(seed);
        LastTokens tokens = new();
        List<(Sequence Sequence, long LastPs)> naive = [];
        long now = 0, step = 0;
        for (int round = 0; round < 30; round++)
        {
            for (int joining = random.Next(4); joining > 0; joining--)
            {
                long last = now - random.Next(3);
                tokens.Join(last);
                naive.Add((new Sequence { DecodeStart = step, LastTokenPs = last }, last));
            }
            if (naive.Count > 0 && random.Next(3) == 0)
            {
                int at = random.Next(naive.Count);
                (Sequence leaving, long last) = naive[at];
                tokens.Leave(ref leaving, step);
                Assert.That(leaving.LastTokenPs, Is.EqualTo(last));
                naive.RemoveAt(at);
            }
            if (naive.Count == 0)
                continue;
            RunningSpan span = new();
            int steps = random.Next(1, 4);
            span.StartDecode(now, new SpanStalls(random.Next(5), 0, 0), new StepSeries(random.Next(1, 9), random.Next(3)), steps);
            SeenByObserver seen = new();
            tokens.ReportGaps(seen, span, naive.Count);
            List<long> expected = [];
            for (int j = 1; j <= steps; j++)
            {
                long end = span.StartPs + span.Duration(j);
                expected.AddRange(naive.Select(n => end - (j == 1 ? n.LastPs : span.StartPs + span.Duration(j - 1))));
            }
            Assert.That(seen.TokenGaps.Order(), Is.EqualTo(expected.Order()));
            now = span.EndPs;
            step += steps;
            tokens.StepsEnded(now);
            naive = [.. naive.Select(n => (n.Sequence, now))];
        }
    }

    [Test]
    public void The_last_step_is_that_of_a_sequence_which_took_part_in_it()
    {
        LastTokens tokens = new();
        tokens.Join(5);
        Assert.That(tokens.StepEndPs(decoding: 1, otherwise: 9), Is.EqualTo(9), "all have joined since");
        tokens.StepsEnded(20);
        tokens.Join(25);
        Assert.That(tokens.StepEndPs(decoding: 2, otherwise: 30), Is.EqualTo(20));
    }
}
