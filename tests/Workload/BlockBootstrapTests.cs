using ELLM.Sim.Time;
using ELLM.Sim.Workload;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Workload;

internal sealed class BlockBootstrapTests
{
    private static readonly Trace Chat = ShippedTraces.Read("chat").Trace;

    [Test]
    public void Requests_keep_their_lengths_and_their_neighbours()
    {
        Trace drawn = BlockBootstrap.Resample(Chat, 7);
        HashSet<(int, int, int, int)> pairs = [];
        for (int i = 0; i < Chat.Count; i++)
        {
            int next = (i + 1) % Chat.Count;
            pairs.Add((Chat.InputTokens[i], Chat.OutputTokens[i], Chat.InputTokens[next], Chat.OutputTokens[next]));
        }
        int block = (int)Math.Sqrt(Chat.Count), broken = 0;
        for (int i = 1; i < drawn.Count; i++)
        {
            bool neighbours =
                pairs.Contains((drawn.InputTokens[i - 1], drawn.OutputTokens[i - 1], drawn.InputTokens[i], drawn.OutputTokens[i]));
            broken += neighbours ? 0 : 1;
            Assert.That(neighbours || i % block == 0, $"request {i} is inside a block");
        }
        Assert.That(broken, Is.InRange((drawn.Count / block) / 2, drawn.Count / block));
    }

    [Test]
    public void Draws_have_the_rate_of_the_trace_and_differ()
    {
        double[] rates = [.. Enumerable.Range(1, 20).Select(seed => TraceRate.Of(BlockBootstrap.Resample(Chat, (ulong)seed))!.Value)];
        Trace again = BlockBootstrap.Resample(Chat, 3);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rates.Average(), Is.EqualTo(TraceRate.Of(Chat)!.Value).Within(0.02 * rates.Average()));
            Assert.That(rates, Is.Unique);
            Assert.That(again.ArrivalPs, Is.EqualTo(BlockBootstrap.Resample(Chat, 3).ArrivalPs));
            Assert.That(BlockBootstrap.Resample(Chat, 3).ContentHash, Is.Not.EqualTo(Chat.ContentHash));
        }
    }

    [Test]
    public void One_request_stays_one_request()
    {
        Trace one = BlockBootstrap.Resample(new Trace("one", [SimTime.PsPerSecond], [5], [6]), 1);
        Assert.That((one.ArrivalPs[0], one.InputTokens[0], one.OutputTokens[0]), Is.EqualTo((0L, 5, 6)));
    }
}
