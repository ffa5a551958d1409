using ELLM.Sim.Serving;

namespace ELLM.Sim.Metrics.Observers;

/// <summary>Two observers of one run: each sees what it would see alone.</summary>
public sealed class ObserverPair(IServingObserver first, IServingObserver second) : IServingObserver
{
    public long NextSamplePs => Math.Min(first.NextSamplePs, second.NextSamplePs);

    public void Sample(in ReplicaSample sample)
    {
        if (first.NextSamplePs <= sample.TimePs)
            first.Sample(sample);
        if (second.NextSamplePs <= sample.TimePs)
            second.Sample(sample);
    }

    public void Span(in IterationSpan span)
    {
        first.Span(span);
        second.Span(span);
    }

    public void Gaps(long gapPs, long tokens)
    {
        first.Gaps(gapPs, tokens);
        second.Gaps(gapPs, tokens);
    }

    public void GapSeries(long firstPs, long growthPs, long steps, long tokens)
    {
        first.GapSeries(firstPs, growthPs, steps, tokens);
        second.GapSeries(firstPs, growthPs, steps, tokens);
    }

    public void Ended(int request, in RequestRecord record)
    {
        first.Ended(request, record);
        second.Ended(request, record);
    }
}
