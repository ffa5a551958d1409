using ELLM.Sim.Time;

namespace ELLM.Sim.Timing.Kinds;

/// <summary>What decode attention of window layers adds to a step, in pieces: growing while the batch is within the window,
/// then constant.</summary>
/// <remarks>At the boundary both pieces agree, so a step costs the same in either; chunks fall to their mean there.</remarks>
internal sealed class WindowDecode
{
    private readonly WindowTimes _windows;
    private readonly long _perContextPs;
    private readonly long[] _perLongestPs;
    private readonly long _besidePerSequencePs;
    private readonly long _besidePerContextPs;
    private readonly bool _singleKernel;

    public WindowDecode(WindowTimes windows, int maxSequences, bool singleKernel)
    {
        _windows = windows;
        _singleKernel = singleKernel;
        _perContextPs = Ps(windows.Layers * windows.Operators.DecodePerContextToken);
        _besidePerSequencePs = Ps(windows.Layers * windows.Operators.MixedPerSequence);
        _besidePerContextPs = Ps(windows.Layers * windows.Operators.MixedPerContextToken);
        _perLongestPs = new long[maxSequences + 1];
        for (int b = 1; b <= maxSequences; b++)
            _perLongestPs[b] = Ps(windows.Layers * windows.Operators.DecodePerLongestToken(b));
    }

    /// <summary>The cost with the windows' part, valid as long as neither the batch nor its longest sequence fills the window.</summary>
    public DecodeCost Add(in DecodeCost cost, in DecodeBatch batch)
    {
        int b = batch.Sequences;
        long window = _windows.Tokens;
        long room = window * b - batch.ContextTokens;
        long longestRoom = window - batch.LongestContext;
        long fixedPs = cost.FixedPs;
        long perContextPs = cost.PerContextTokenPs;
        long perLongestPs = cost.PerLongestTokenPs;
        long steps = cost.ValidSteps;
        if (room > 0)
        {
            perContextPs += _perContextPs;
            steps = Math.Min(steps, (room + b - 1) / b);
        }
        else
        {
            fixedPs += _perContextPs * b * _windows.Held;
        }
        if (longestRoom > 0)
        {
            perLongestPs += _perLongestPs[b];
            steps = Math.Min(steps, longestRoom);
        }
        else
        {
            fixedPs += _perLongestPs[b] * _windows.Held;
        }
        return new DecodeCost(fixedPs, perContextPs, perLongestPs, steps);
    }

    /// <summary>The windows' part of a step beside prompts; its fixed part is with that of the other layers unless one kernel
    /// does both.</summary>
    public long BesidePs(in DecodeBatch batch)
    {
        int b = batch.Sequences;
        long held = batch.ContextTokens < (long)_windows.Tokens * b ? batch.ContextTokens : (long)_windows.Held * b;
        long longest = batch.LongestContext < _windows.Tokens ? batch.LongestContext : _windows.Held;
        return _singleKernel
            ? b * _besidePerSequencePs + held * _besidePerContextPs
            : held * _perContextPs + longest * _perLongestPs[b];
    }

    private static long Ps(double us) => SimTime.FromMicroseconds(us).Picoseconds;
}
