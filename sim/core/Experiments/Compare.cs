using System.Runtime.ExceptionServices;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments;

/// <summary>Runs one trace under several configurations, side by side on threads; results come in the order of the configurations.</summary>
public static class Compare
{
    /// <summary>A configuration that cannot start, or whose run can make no progress, is a report with its reason.</summary>
    /// <param name="jobs">Runs at a time. No result depends on it.</param>
    /// <param name="keepRecords">Keep every run's records and timeline; otherwise only summaries, which need little memory.</param>
    /// <exception cref="InputException">Not one of them could run: the reason of the first.</exception>
    public static IReadOnlyList<RunReport> Run(
        IReadOnlyList<RunConfig> configs, Trace trace, SimulationOptions options, int jobs, bool keepRecords)
    {
        RunReport[] reports = new RunReport[configs.Count];
        ProgressSum? progress = options.Progress is null ? null : new ProgressSum(options.Progress);
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Math.Max(1, jobs), CancellationToken = options.Cancel };
        try
        {
            Parallel.For(0, configs.Count, parallel, i =>
            {
                RunReport report = RunOne(configs[i], trace, options with { Progress = progress?.ForOneRun() });
                reports[i] = keepRecords ? report : report with { Outcome = null, Timeline = null };
            });
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
        if (reports.Length > 0 && Array.TrueForAll(reports, r => r.Reason is not null))
            throw new InputException(reports[0].Reason!);
        return reports;
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
