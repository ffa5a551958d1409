using System.Runtime.ExceptionServices;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Experiments.Reproductions;

/// <summary>Runs experiments of publications: every arm under every open condition.</summary>
public static class ReproductionRunner
{
    private static readonly ConditionSpec Stated = new("as stated");
    private static readonly Dictionary<string, string> None = [];

    /// <param name="experiments">In the order of the results.</param>
    /// <param name="jobs">Runs at a time. No result depends on it.</param>
    /// <exception cref="InputException">An experiment is wrong: an unknown setting, a load without lengths.</exception>
    public static IReadOnlyList<ReproductionResult> Run(
        IReadOnlyList<Reproduction> experiments, int jobs, CancellationToken cancel = default)
    {
        Cell[] cells = [.. experiments.SelectMany(Cells)];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Math.Max(1, jobs), CancellationToken = cancel };
        try
        {
            Parallel.ForEach(cells, parallel, cell => cell.Run(cancel));
        }
        catch (AggregateException several)
        {
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
        return [.. experiments.SelectMany(one => one.Rows.Select(row => Result(one, row, cells)))];
    }

    private static IEnumerable<Cell> Cells(Reproduction experiment) =>
        from condition in (experiment.Conditions ?? []).DefaultIfEmpty(Stated)
        from arm in experiment.Arms
        select new Cell(experiment, condition, arm);

    private static ReproductionResult Result(Reproduction experiment, PublishedRow row, Cell[] cells)
    {
        Cell[] own = [.. cells.Where(cell => cell.Experiment == experiment && cell.Arm.Name == row.Arm)];
        Cell[] over = [.. cells.Where(cell => cell.Experiment == experiment && cell.Arm.Name == row.Over)];
        string? missing = own.Concat(over).Select(cell => cell.Missing).FirstOrDefault(reason => reason is not null);
        if (missing is not null)
            return new ReproductionResult(experiment, row, [], missing);
        (string Condition, double? Value)[] values = row.Best
            ? [("the best of all", Quotient(Largest(own, row), over.Length == 0 ? 1 : Largest(over, row)))]
            : [.. own.Select((cell, i) => (cell.Condition, Quotient(cell.Value(row), over.Length == 0 ? 1 : over[i].Value(row))))];
        List<(string, double)> known = [];
        foreach ((string name, double? value) in values)
        {
            if (value is double ours)
                known.Add((name, row.Scale * (row.Complement ? 1 - ours : ours)));
        }
        return new ReproductionResult(experiment, row, known, known.Count == 0 ? "undefined in this run" : null);
    }

    private static double? Largest(IEnumerable<Cell> cells, PublishedRow row) => cells.Max(cell => cell.Value(row));

    private static double? Quotient(double? value, double? by) => by is double divisor && divisor != 0 ? value / divisor : null;

    /// <summary>One run.</summary>
    private sealed class Cell(Reproduction experiment, ConditionSpec condition, ArmSpec arm)
    {
        private RunConfig? _config;
        private RunReport? _report;
        private double? _capacityPerS;

        public Reproduction Experiment { get; } = experiment;

        public ArmSpec Arm { get; } = arm;

        public string Condition => condition.Name;

        /// <summary>Why this run has no values.</summary>
        public string? Missing { get; private set; }

        public void Run(CancellationToken cancel)
        {
            if (!PresetCatalog.Names.Contains(Arm.Policy, StringComparer.OrdinalIgnoreCase))
            {
                Missing = $"not available: no policy {Arm.Policy}";
                return;
            }
            _config = ConfigBinder.Bind(PresetCatalog.Load(Arm.Policy), Assignments());
            LoadSpec load = condition.Load ?? Experiment.Load;
            bool runs = !Experiment.Rows.All(row => Measures.NeedsNoRun(row.Measure));
            Trace? trace = runs ? Loads.Draw(Experiment.Name, load) : null;
            try
            {
                if (Experiment.Rows.Any(row => Measures.IsCapacity(row.Measure)))
                    _capacityPerS = CapacityOf(load, cancel);
                if (trace is null)
                    return;
                RunReport report = RunReport.Run(_config, trace, SimulationOptions.Default with { Cancel = cancel });
                _report = report with { Outcome = null, Timeline = null };
            }
            catch (InputException e)
            {
                Missing = $"{Arm.Name} did not run: {e.Message}";
            }
        }

        public double? Value(PublishedRow row) => Measures.IsCapacity(row.Measure) ? _capacityPerS
            : Measures.NeedsNoRun(row.Measure) ? Measures.OfBudget(row.Measure, Deployment.PlanMemory(_config!))
            : Measures.OfSummary(row.Measure, _report!.Summary!);

        /// <summary>As papers measure it: from an empty deployment until all requests are done, the length of the load.</summary>
        private double? CapacityOf(LoadSpec load, CancellationToken cancel)
        {
            CapacityGoal goal = new(Attainment: 0.9, Draws: 1, Tolerance: 0.02, Finite: true);
            CapacityStudy study = new(Loads.Workload(Experiment.Name, load), goal, new GpuPrices());
            return study.Run([_config!], null, SimulationOptions.Default with { Cancel = cancel }, jobs: 1)[0].CapacityPerS;
        }

        /// <summary>Of the experiment, then of the condition, then of the arm.</summary>
        private IEnumerable<Assignment> Assignments() =>
            Experiment.Settings.Concat(condition.Settings ?? None).Concat(Arm.Settings ?? None)
                .Select(setting => new Assignment(setting.Key, setting.Value));
    }
}
