using System.Runtime.ExceptionServices;
using ELLM.Sim.Configuration;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments;

/// <summary>Runs one trace under several configurations, side by side on threads; results come in the order of the
/// configurations.</summary>
public static class Compare
{
    /// <summary>A configuration that cannot start, or whose run can make no progress, is a report with its reason.</summary>
    /// <param name="jobs">Runs at a time. No result depends on it.</param>
    /// <param name="keepRecords">Keep every run's records and timeline; otherwise only summaries, which need little memory.</param>
    /// <param name="oracles">Run each configuration's <see cref="Oracle"/> too, once for all that share it, and score the runs by it;
    /// and find the bound of each run's load.</param>
    /// <exception cref="InputException">Not one of them could run: the reason of the first.</exception>
    public static IReadOnlyList<RunReport> Run(
        IReadOnlyList<RunConfig> configs, Trace trace, SimulationOptions options, int jobs, bool keepRecords, bool oracles = false)
    {
        IReadOnlyList<RunConfig> all = oracles ? [.. configs, .. Oracle.Beside(configs)] : configs;
        RunReport[] reports = new RunReport[all.Count];
        ProgressSum? progress = options.Progress is null ? null : new ProgressSum(options.Progress);
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Math.Max(1, jobs), CancellationToken = options.Cancel };
        try
        {
            Parallel.For(0, all.Count, parallel, i =>
            {
                RunReport report = RunOne(all[i], trace, options with { Progress = progress?.ForOneRun() });
                if (oracles && i < configs.Count)
                    report = report.Bounded();
                reports[i] = keepRecords && i < configs.Count ? report : report with { Outcome = null, Timeline = null };
            });
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
        RunReport[] asked = reports[..configs.Count];
        if (asked.Length > 0 && Array.TrueForAll(asked, r => r.Reason is not null))
            throw new InputException(asked[0].Reason!);
        return oracles ? [.. asked.Select(r => r.ScoredBy(Oracle.Among(reports, r.Config)))] : asked;
    }

    /// <summary>Adds up the arrivals of runs that go on side by side.</summary>
    private sealed class ProgressSum(IProgress<int> target)
    {
        private int _sum;

        public IProgress<int> ForOneRun() => new Part(this);

        private sealed class Part(ProgressSum whole) : IProgress<int>
        {
            private int _last;

            public void Report(int value)
            {
                int sum = Interlocked.Add(ref whole._sum, value - _last);
                _last = value;
                whole.Target.Report(sum);
            }
        }

        private IProgress<int> Target { get; } = target;
    }

    /// <summary>A configuration that cannot start, or whose run can make no progress, is a report with its reason.</summary>
    public static RunReport RunOne(RunConfig config, Trace trace, SimulationOptions options)
    {
        try
        {
            return RunReport.Run(config, trace, options);
        }
        catch (InputException e)
        {
            return new RunReport(RunReport.LabelOf(config, trace), config) { Reason = e.Message };
        }
    }
}
