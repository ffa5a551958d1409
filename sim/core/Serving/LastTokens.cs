using System.Runtime.CompilerServices;
using ELLM.Sim.Time;

namespace ELLM.Sim.Serving;

/// <summary>When the decoding sequences emitted their latest tokens: what inter-token gaps are counted from.</summary>
/// <remarks>At the end of the last decode step, all but those that joined since: for these, instants and how many share each.</remarks>
internal sealed class LastTokens
{
    /// <summary>Sequences that joined the decodes since the last step, by the instant of their last token.</summary>
    private readonly List<(long LastTokenPs, int Count)> _joined = [];
    private int _joinedCount;
    private long _stepEndPs;

    /// <summary>End of the last decode step that any of the present decodes took part in.</summary>
    /// <param name="otherwise">Returned when all have joined since.</param>
    public long StepEndPs(int decoding, long otherwise) => decoding > _joinedCount ? _stepEndPs : otherwise;

    public void Join(long lastTokenPs)
    {
        _joinedCount++;
        if (_joined.Count > 0 && _joined[^1].LastTokenPs == lastTokenPs)
            _joined[^1] = (lastTokenPs, _joined[^1].Count + 1);
        else
            _joined.Add((lastTokenPs, 1));
    }

    /// <summary>A sequence stops decoding. Its last token's instant is brought up to date.</summary>
    /// <param name="step">Decode steps done by all.</param>
    // Inlined: once a span or a request, a frame of its own costs as much as its work.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Leave(ref Sequence sequence, long step)
    {
        if (sequence.DecodeStart != step)
        {
            sequence.LastTokenPs = _stepEndPs;
            return;
        }
        int i = _joined.Count - 1;
        while (_joined[i].LastTokenPs != sequence.LastTokenPs || _joined[i].Count == 0)
            i--;
        _joined[i] = (sequence.LastTokenPs, _joined[i].Count - 1);
        _joinedCount--;
    }

    /// <summary>Every decoding sequence emitted a token now.</summary>
    public void StepsEnded(long nowPs)
    {
        _stepEndPs = nowPs;
        _joined.Clear();
        _joinedCount = 0;
    }

    /// <summary>The gaps between the tokens that a span emitted and those before them; before <see cref="StepsEnded"/>.</summary>
    public void ReportGaps(IServingObserver observer, RunningSpan span, int decoding)
    {
        long firstEndPs = span.StartPs + span.Duration(1);
        if (decoding > _joinedCount)
            observer.Gaps(firstEndPs - _stepEndPs, decoding - _joinedCount);
        foreach ((long lastTokenPs, int count) in _joined)
        {
            if (count > 0)
                observer.Gaps(firstEndPs - lastTokenPs, count);
        }
        if (span.Steps > 1)
        {
            StepSeries gaps = span.Durations.After(1);
            observer.GapSeries(gaps.FirstPs, gaps.GrowthPs, span.Steps - 1, decoding);
        }
    }
}
