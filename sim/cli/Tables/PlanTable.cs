using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Experiments.Planning;

namespace ELLM.Sim.Cli.Tables;

/// <summary>A plan as people read it: deployments by cost, then what is left out.</summary>
internal static class PlanTable
{
    private const int MostReasons = 12;

    public static void Write(TextWriter target, IReadOnlyList<PlanRow> rows, IWorkload workload, CapacityGoal goal, double rate, int top)
    {
        RunConfig config = rows[0].Config;
        string objectives = ObjectiveText.Of(default(UnloadedLatency).Targets(config.Slo), spec: null);
        string stages = config.Pp == 1 ? "" : $" in {config.Pp} pipeline stages of tp GPUs";
        target.Write($"{workload.Name}: {Words.Count(workload.Count)} requests at {Words.Rate(rate)}/s; {rows[0].Label.Model}{stages}\n");
        target.Write($"SLO: {objectives}, "
            + $"met by {Words.Percent(goal.Attainment)} of all requests under steady load; "
            + $"draws: of {goal.Draws} traces drawn from this one those that meet it too\n\n");
        PlanRow[] solutions = [.. rows.Where(r => r.Reason is null)];
        if (solutions.Length == 0)
            target.Write("no deployment meets the objectives\n");
        else
            Solutions([.. solutions.Take(top)]).Write(target);
        if (solutions.Length > top)
            target.Write($"and {solutions.Length - top} dearer: --top\n");
        Reasons(target, [.. rows.Where(r => r.Reason is not null)]);
    }

    /// <summary>What is to be known of the solutions: each warning once, with the deployments that it is about unless it names their GPU.</summary>
    public static IEnumerable<string> Warnings(IReadOnlyList<PlanRow> rows)
    {
        (string Text, PlanRow Row)[] warnings = [.. rows.Where(r => r.Reason is null).SelectMany(r => r.Warnings.Select(text => (text, r)))];
        foreach (IGrouping<string, PlanRow> same in warnings.GroupBy(w => w.Text, w => w.Row))
        {
            bool named = same.All(r => same.Key.Contains(r.Label.Gpu, StringComparison.Ordinal));
            IEnumerable<string> kinds = same.Select(r => $"{r.Label.Gpu} tp {r.Label.Tp}").Distinct();
            yield return named ? same.Key : $"{string.Join(", ", kinds)}: {same.Key}";
        }
    }

    private static TextTable Solutions(IReadOnlyList<PlanRow> rows)
    {
        TextTable table = new(
            ["", "gpu", "tp", "replicas", "policy", "GPUs", "$/h", "$/M tokens", "SLO", "draws", "TTFT p99", "TPOT p99", "busy"],
            "gpu", "policy");
        for (int i = 0; i < rows.Count; i++)
        {
            (PlanRow row, LoadPoint at) = (rows[i], rows[i].Load!);
            table.Add(
            [
                Words.Count(i + 1), row.Label.Gpu, Words.Count(row.Label.Tp), Words.Count(row.Replicas), row.Label.Policy, Words.Count(row.Gpus),
                Words.Dollars(row.UsdPerHour), Words.Dollars(row.UsdPerMillionTokens), Words.Percent(at.Attainment),
                Words.Count(row.DrawsMet!.Value),
                Words.Duration(at.TtftP99Ps), Words.Duration(at.TpotP99Ps), Words.Percent(at.BusyShare),
            ]);
        }
        return table;
    }

    private static void Reasons(TextWriter target, IReadOnlyList<PlanRow> rows)
    {
        if (rows.Count == 0)
            return;
        target.Write("\nleft out:\n");
        (string Kind, string Reason)[] lines =
        [
            .. rows.GroupBy(r => (r.Label.Gpu, r.Label.Tp)).SelectMany(kind => kind.GroupBy(r => r.Reason!).Select(same =>
                (same.Count() == kind.Count() && same.Count() > 1 ? $"{kind.Key.Gpu} tp {kind.Key.Tp}" : $"{kind.Key.Gpu} tp {kind.Key.Tp} {string.Join(", ", same.Select(r => r.Label.Policy))}", same.Key))),
        ];
        foreach ((string kind, string reason) in lines.Take(MostReasons))
            target.Write($"  {kind}: {reason}\n");
        if (lines.Length > MostReasons)
            target.Write($"  and {lines.Length - MostReasons} more: --format csv\n");
    }
}
