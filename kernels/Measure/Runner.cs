using ELLM.Sim.Numerics;

namespace ELLM.Sim.Kernels.Measure;

/// <summary>Visits experiments in rounds of random order until their medians are known well enough or the time is spent.</summary>
/// <remarks>
/// Interleaving spreads slow changes (clocks, temperature, other users) over all points instead of hiding them in one, and the
/// medians of the rounds show them. The first samples of a point are kept and flagged. A sample during which the runtime collected
/// garbage is taken again.
/// </remarks>
public sealed class Runner(IClock clock, MeasureOptions options)
{
    private const int CollectionRetries = 3;

    public MeasureOutcome Run(
        IReadOnlyList<IExperiment> experiments, IProgress<MeasureProgress>? progress = null, CancellationToken cancel = default)
    {
        long deadline = clock.NowNs + (long)(options.Budget.TotalSeconds * 1e9);
        RandomStream order = RandomStream.Named(options.Seed, "calibration order");
        List<Visited> open = [.. experiments.Select(experiment => new Visited(experiment))];
        int points = open.Sum(one => one.Experiment.Points.Count);
        List<RawSample> all = [];
        List<string> flags = [];
        int rounds = 0;
        while (open.Count > 0 && flags.Count == 0)
        {
            Shuffle(open, order, keepFirst: rounds == 0);
            foreach (Visited one in open)
            {
                cancel.ThrowIfCancellationRequested();
                if (clock.NowNs >= deadline)
                {
                    flags.Add("budget-spent");
                    break;
                }
                Visit(one, rounds, all);
                int settled = points - open.Where(other => !IsSettled(other, rounds)).Sum(other => other.Experiment.Points.Count);
                progress?.Report(new MeasureProgress(rounds + 1, settled, points, Math.Max(deadline - clock.NowNs, 0) / 1e9));
            }
            if (flags.Count == 0)
                rounds++;
            open.RemoveAll(one => IsSettled(one, rounds));
        }
        return new MeasureOutcome(all, rounds, flags);
    }

    private void Visit(Visited one, int round, List<RawSample> all)
    {
        Span<double> us = stackalloc double[one.Experiment.Points.Count];
        int wanted = one.Experiment.IsOnce ? 1 : options.VisitSamples;
        try
        {
            one.Experiment.Enter();
            for (int i = 0; i < wanted; i++)
            {
                SampleWithoutCollection(one.Experiment, us);
                one.Keep(us, round, options.WarmupSamples, all);
            }
            one.Judge();
        }
        finally
        {
            one.Experiment.Leave();
        }
    }

    private void SampleWithoutCollection(IExperiment experiment, Span<double> us)
    {
        for (int attempt = 0; attempt <= CollectionRetries; attempt++)
        {
            int before = clock.Collections;
            experiment.Sample(us);
            if (clock.Collections == before)
                return;
        }
    }

    private bool IsSettled(Visited one, int roundsDone)
    {
        if (one.Experiment.IsOnce)
            return one.Count > 0;
        if (one.Count >= options.MaxSamples + options.WarmupSamples)
            return true;
        return roundsDone >= options.MinRounds
            && one.Count >= options.MinSamples + options.WarmupSamples
            && one.Width < options.Precision;
    }

    /// <summary>What happens only once comes first, before anything has warmed up.</summary>
    private static void Shuffle(List<Visited> list, RandomStream order, bool keepFirst)
    {
        for (int i = list.Count - 1; i > 0; i--)
        {
            int j = (int)(order.NextBelow((ulong)(i + 1)));
            (list[i], list[j]) = (list[j], list[i]);
        }
        if (!keepFirst)
            return;
        List<Visited> sorted = [.. list.OrderBy(one => one.Experiment.IsOnce ? 0 : 1)];
        list.Clear();
        list.AddRange(sorted);
    }

    private sealed class Visited(IExperiment experiment)
    {
        private readonly List<double>[] _us = [.. experiment.Points.Select(_ => new List<double>())];

        public IExperiment Experiment { get; } = experiment;

        public int Count { get; private set; }

        /// <summary>Of the least certain point, as of the last visit.</summary>
        public double Width { get; private set; } = double.PositiveInfinity;

        public void Keep(ReadOnlySpan<double> us, int round, int warmup, List<RawSample> all)
        {
            string flags = Experiment.IsOnce ? RawSample.Cold : Count < warmup ? RawSample.Warmup : "";
            if (Experiment.Flags.Length > 0)
                flags = flags.Length > 0 ? $"{flags}+{Experiment.Flags}" : Experiment.Flags;
            for (int i = 0; i < us.Length; i++)
            {
                all.Add(new RawSample(Experiment.Points[i], Experiment.Clock, round, Count, flags, us[i]));
                if (Count >= warmup)
                    _us[i].Add(us[i]);
            }
            Count++;
        }

        public void Judge()
        {
            double widest = 0;
            foreach (List<double> point in _us)
            {
                if (point.Count == 0)
                    return;
                double[] sorted = [.. point];
                Array.Sort(sorted);
                widest = Math.Max(widest, Statistics.RelativeWidthOfMedian(sorted));
            }
            Width = widest;
        }
    }
}
