using ELLM.Sim.Time;

namespace ELLM.Sim.Serving;

/// <summary>Closed-loop users: each sends a request, waits for its end, thinks, and sends the next.</summary>
/// <remarks>
/// A thought lasts at least one picosecond: an answer and the request that follows it are two instants, so that which of two
/// replicas' boundaries of one instant is handled first decides nothing.
/// </remarks>
/// <param name="users">Users, all thinking when the run starts.</param>
/// <param name="thinkPs">Think times in the order they are begun, one a request; picoseconds.</param>
public sealed class UserLoop(int users, long[] thinkPs)
{
    private int _thoughts;

    internal void Start(EventQueue events)
    {
        for (int user = 0; user < users; user++)
            Think(events, 0);
    }

    internal void Ended(EventQueue events, long nowPs) => Think(events, nowPs);

    private void Think(EventQueue events, long nowPs)
    {
        if (_thoughts < thinkPs.Length)
            events.Schedule(nowPs + Math.Max(1, thinkPs[_thoughts++]), new SimEvent(SimEventKind.UserArrival, 0, 0));
    }
}
