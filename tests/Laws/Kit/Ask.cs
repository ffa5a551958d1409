
namespace ELLM.Sim.Tests.Laws.Kit;

/// <summary>One request of a scenario.</summary>
/// <param name="GapPs">Open loop: since the arrival before it. Closed loop: think time before it.</param>
internal readonly record struct Ask(long GapPs, int Input, int Output)
{
    public override string ToString() => $"({GapPs},{Input},{Output})";
}
