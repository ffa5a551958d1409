using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Metrics.Observers;
using ELLM.Sim.Serving;
using ELLM.Sim.Time;
using ELLM.Sim.Workload;
using ELLM.Sim.Workload.Clients;

namespace ELLM.Sim.Validation.OwnRuns;

/// <summary>A user's run against a real server beside the same requests simulated.</summary>
/// <param name="Run">What the client saw.</param>
/// <param name="Report">The simulated run.</param>
/// <param name="Rows">A metric and a statistic each, real and ours.</param>
/// <param name="Cause">The likeliest cause of what differs, in one sentence.</param>
/// <param name="Assumed">What was assumed and cannot be known, and how far each could move the error.</param>
public sealed record OwnRun(ClientRun Run, RunReport Report, IReadOnlyList<OwnRunRow> Rows, string Cause, string Assumed)
{
    /// <summary>Replays what the client sent, when it sent it.</summary>
    /// <param name="log">What the server said at start-up; null for none.</param>
    /// <exception cref="InputException">The deployment cannot start.</exception>
    public static OwnRun Replay(ClientRun run, RunConfig config, ServerLog? log)
    {
        ClientRequest[] sent = [.. run.Requests.OrderBy(r => r.StartS)];
        double start = sent[0].StartS;
        if (sent[^1].StartS - start > 9_000_000)
            throw new InputException("the requests of the run are more than 106 days apart");
        Trace trace = new(
            run.Client, [.. sent.Select(r => SimTime.FromSeconds(r.StartS - start).Picoseconds)], [.. sent.Select(r => r.Input)],
            [.. sent.Select(r => r.Output)]);
        GapWatch gaps = new();
        RunReport report = RunReport.Run(config, trace, SimulationOptions.Default with { Observer = gaps });
        OwnRunRow[] rows = [.. OwnRunRow.Of(run, sent, report, gaps.Histogram)];
        OwnRunCauses causes = new(run, sent, report, rows, log);
        return new OwnRun(run, report, rows, causes.Likeliest(), causes.Assumed());
    }

    /// <summary>Keeps the gaps between tokens.</summary>
    private sealed class GapWatch : IServingObserver
    {
        private readonly RunMetrics _metrics = new();

        public LogHistogram Histogram => _metrics.Itl;

        public long NextSamplePs => long.MaxValue;

        public void Sample(in ReplicaSample sample)
        {
            // Nothing is sampled.
        }

        public void Span(in IterationSpan span)
        {
            // The report has the spans.
        }

        public void Gaps(long gapPs, long tokens) => _metrics.Gaps(gapPs, tokens);

        public void GapSeries(long firstPs, long growthPs, long steps, long tokens) => _metrics.GapSeries(firstPs, growthPs, steps, tokens);

        public void Ended(int request, in RequestRecord record)
        {
            // The report has the records.
        }
    }
}
