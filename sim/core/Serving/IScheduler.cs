namespace ELLM.Sim.Serving;

/// <summary>The scheduler role: decides what the next iteration computes. The whole contract of a scheduling policy.</summary>
/// <remarks>
/// <para>Called at each iteration boundary, again and again until it answers Run or Idle. It must be a function of the view
/// (and of its own state, if any): asked twice in the same state it answers the same.</para>
/// <para>A policy that always answers a horizon of 1 is correct and slow. One that answers more promises that each of those
/// steps would have been decided alike; a law test holds both equal to the bit.</para>
/// </remarks>
public interface IScheduler
{
    Decision Decide(in SchedulerView view);

    /// <summary>What the scheduler lets the CPU buffer hold now, bytes of one rank, for observers; null when it sets no limit of its own.</summary>
    long? BufferBytes => null;

    /// <summary>An iteration, or a jump over several, has ended: for schedulers that react to latencies.</summary>
    void Ended(in IterationOutcome outcome)
    {
    }
}
