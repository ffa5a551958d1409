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

    /// <summary>What the CPU buffer may hold now, bytes of one rank, for observers; null when the scheduler sets no limit.</summary>
    long? BufferBytes => null;

    /// <summary>It may pass the head of the queue: an arrival behind others is looked at too.</summary>
    bool LooksPastHead => false;
}

/// <summary>A scheduler that reacts to latencies: the engine tells it what it tells no other.</summary>
public interface ILatencyScheduler : IScheduler
{
    /// <summary>A sequence decodes from the next step on: for schedulers that follow each of them.</summary>
    void Joined(in DecodeStart start)
    {
    }

    /// <summary>A sequence has stopped decoding, with so many tokens emitted in all.</summary>
    void Left(int slot, int emitted, bool finished)
    {
    }

    /// <summary>An iteration, or a jump over several, has ended.</summary>
    void Ended(in IterationOutcome outcome)
    {
    }
}

/// <summary>What a scheduler learns of a sequence that starts decoding.</summary>
/// <param name="Slot">Its name until it leaves.</param>
/// <param name="Step">Decode steps done before its first (<see cref="SchedulerView.DecodeStep"/>).</param>
/// <param name="Emitted">Tokens it has emitted.</param>
/// <param name="OutputTokens">Tokens it will emit: only for schedulers that are allowed to know the future.</param>
/// <param name="SpentPs">Time it has spent decoding before, stalls left out.</param>
/// <param name="NowPs">The instant.</param>
public readonly record struct DecodeStart(int Slot, long Step, int Emitted, int OutputTokens, long SpentPs, long NowPs);
