using ELLM.Sim.Serving;

namespace ELLM.Sim.Tests.Laws.Kit;

/// <summary>What an observer sees, with every span taken apart into its steps: the same however spans were cut.</summary>
/// <param name="samplePs">A sample is wanted at every multiple of it; 0 wants one at every boundary and cuts nothing.</param>
internal sealed class StepLog(long samplePs) : IServingObserver
{
    public long NextSamplePs { get; private set; }

    public Dictionary<int, List<Step>> Steps { get; } = [];

    public SortedDictionary<long, long> GapCounts { get; } = [];

    public List<ReplicaSample> Samples { get; } = [];

    public List<(int Request, RequestRecord Record)> Ends { get; } = [];

    public long Gaps => GapCounts.Values.Sum();

    /// <summary>Exact time integral of the allocated KV tokens, stalls left out, by replica.</summary>
    public Dictionary<int, Int128> Allocated { get; } = [];

    public void Sample(in ReplicaSample sample)
    {
        Samples.Add(sample);
        if (samplePs > 0)
            NextSamplePs = ((sample.TimePs / samplePs) + 1) * samplePs;
    }

    public void Span(in IterationSpan span)
    {
        if (!Steps.TryGetValue(span.Replica, out List<Step>? steps))
            Steps[span.Replica] = steps = [];
        long start = span.StartPs;
        for (long j = 0; j < span.Steps; j++)
        {
            long stall = j == 0 ? span.StallPs : 0;
            long end = start + stall + span.Durations.FirstPs + (j * span.Durations.GrowthPs);
            steps.Add(new Step(
                start,
                end,
                stall,
                span.PrefillTokens,
                span.PrefillSequences,
                span.DecodeSequences,
                span.ContextTokens + (j * span.DecodeSequences),
                span.LiveTokens + (j * span.DecodeSequences),
                span.Waiting,
                span.MemoryBlocked));
            start = end;
        }
        if (start != span.EndPs)
            throw new InvalidOperationException($"a span says it ends at {span.EndPs} and its steps end at {start}");
        Int128 allocated =
            ((Int128)span.Kv.AllocatedSum * span.Durations.FirstPs) + ((Int128)span.Kv.AllocatedMoment * span.Durations.GrowthPs);
        Allocated[span.Replica] = Allocated.GetValueOrDefault(span.Replica) + allocated;
    }

    void IServingObserver.Gaps(long gapPs, long tokens) => AddGap(gapPs, tokens);

    public void GapSeries(long firstPs, long growthPs, long steps, long tokens)
    {
        for (long j = 0; j < steps; j++)
            AddGap(firstPs + (j * growthPs), tokens);
    }

    public void Ended(int request, in RequestRecord record) => Ends.Add((request, record));

    private void AddGap(long gapPs, long tokens) => GapCounts[gapPs] = GapCounts.GetValueOrDefault(gapPs) + tokens;
}

internal readonly record struct Step(
    long StartPs,
    long EndPs,
    long StallPs,
    int PrefillTokens,
    int PrefillSequences,
    int Decodes,
    long ContextTokens,
    long LiveTokens,
    int Waiting,
    bool MemoryBlocked);
