using ELLM.Sim.Serving;
using ELLM.Sim.Tests.Laws.Kit;
using NUnit.Framework;

namespace ELLM.Sim.Tests.Laws;

/// <summary>Time integral of how many are somewhere = sum of the times they spend there, in integers.</summary>
/// <remarks>
/// The left side comes from the state an observer is shown at each boundary and from the trace's arrivals; the right side from the
/// requests' ledgers, which the engine keeps as differences of running clocks.
/// </remarks>
internal sealed class LittlesLawTests
{
    [Test]
    public void Number_in_system_and_in_each_place_integrates_to_the_times_spent_there() => Law.Holds(300, 401, Check);

    [Test]
    public void It_holds_in_preemption_storms() => Law.Holds(Scenarios.Storm, 200, 402, Check);

    private static void Check(Scenario scenario)
    {
        StepLog log = new(0);
        RunOutcome outcome = Rig.Run(scenario, observer: log);
        for (int replica = 0; replica < scenario.Replicas; replica++)
        {
            List<RequestRecord> records = [.. outcome.Records.Where(r => r.Replica == replica && r.ArrivalPs >= 0)];
            (Int128 waiting, Int128 running, Int128 parked) = Integrate(log.Samples.Where(s => s.Replica == replica), records);
            Assert.That(waiting, Is.EqualTo(Sum(records, l => l.QueueMemory + l.QueueCompute + l.Preempted)), "waiting");
            Assert.That(parked, Is.EqualTo(Sum(records, l => l.Parked)), "parked");
            Assert.That(
                running,
                Is.EqualTo(
                    Sum(records,
                        l => l.Prefill + l.Decode + l.PrefillInterference + l.MapStall + l.TransferStall + l.GpuWait + l.Recompute)),
                "running");
            Int128 stay = 0;
            foreach (RequestRecord record in records)
                stay += record.FinishPs - record.ArrivalPs;
            Assert.That(waiting + running + parked, Is.EqualTo(stay), "in the system");
        }
    }

    /// <summary>Between two boundaries of a replica nothing changes but the queue, by one for each arrival it keeps.</summary>
    private static (Int128 Waiting, Int128 Running, Int128 Parked) Integrate(
        IEnumerable<ReplicaSample> samples, List<RequestRecord> records)
    {
        Queue<long> arrivals = new(records.Where(r => r.FinishPs > r.ArrivalPs).Select(r => r.ArrivalPs).Order());
        Int128 waiting = 0, running = 0, parked = 0;
        ReplicaSample last = default;
        foreach (ReplicaSample sample in samples)
        {
            running += (Int128)last.Running * (sample.TimePs - last.TimePs);
            parked += (Int128)last.Parked * (sample.TimePs - last.TimePs);
            waiting += (Int128)last.Waiting * (sample.TimePs - last.TimePs);
            while (arrivals.TryPeek(out long arrival) && arrival <= sample.TimePs)
                waiting += sample.TimePs - arrivals.Dequeue();
            last = sample;
        }
        Assert.That(last.Waiting + last.Running + last.Parked + arrivals.Count, Is.Zero, "somebody is left");
        return (waiting, running, parked);
    }

    private static Int128 Sum(IEnumerable<RequestRecord> records, Func<LatencyLedger, long> term)
    {
        Int128 sum = 0;
        foreach (RequestRecord record in records)
            sum += term(record.Ledger);
        return sum;
    }
}
