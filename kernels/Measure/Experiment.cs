namespace ELLM.Sim.Kernels.Measure;

/// <summary>What one number of the raw file is about.</summary>
/// <param name="Op">Operation key of the profile.</param>
/// <param name="Condition"><c>idle</c>, or what else went on: <c>beside-compute</c>, <c>threads-4</c>, <c>page-64KiB</c>.</param>
/// <param name="ItemBytes">Size of one item.</param>
/// <param name="Items">Items of the call.</param>
public readonly record struct PointKey(string Op, string Condition, long ItemBytes, int Items)
{
    public const string Idle = "idle";

    public override string ToString() => FormattableString.Invariant($"{Op} {Condition} {ItemBytes} x {Items}");
}

/// <summary>Something that can be timed again and again; one sample gives one number for each of its points.</summary>
/// <remarks>The runner calls <see cref="Enter"/>, some samples, <see cref="Leave"/>, and comes back in the next round. Memory is
/// held between the two only. <see cref="Leave"/> is called whatever happened.</remarks>
public interface IExperiment
{
    IReadOnlyList<PointKey> Points { get; }

    /// <summary><c>host</c> or <c>device</c>: whose clock the numbers are from.</summary>
    string Clock { get; }

    /// <summary>Device memory it holds while entered.</summary>
    long DeviceBytes { get; }

    /// <summary>True for what happens only once in a process: the very first call.</summary>
    bool IsOnce => false;

    /// <summary>What was unusual about the last sample; empty when nothing was.</summary>
    string Flags => "";

    void Enter();

    /// <param name="us">Microseconds, one element a point.</param>
    void Sample(Span<double> us);

    void Leave();
}
