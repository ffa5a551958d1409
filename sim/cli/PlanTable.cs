using ELLM.Sim.Experiments;
using ELLM.Sim.Experiments.Capacity;
using ELLM.Sim.Experiments.Planning;
using ELLM.Sim.Time;

namespace ELLM.Sim.Cli;

/// <summary>A plan as people read it: deployments by cost, then what is left out.</summary>
internal static class PlanTable
{
    private const int MostReasons = 12;

    public static void Write(TextWriter target, IReadOnlyList<PlanRow> rows, IWorkload workload, CapacityGoal goal, double rate, int top)
    {
        RunConfig config = rows[0].Config;
        string ttft = Words.Duration(SimTime.FromSeconds(config.Slo.TtftS!.Value).Picoseconds), tpot = Words.Duration(SimTime.FromSeconds(config.Slo.TpotS!.Value).Picoseconds);
        target.Write($"{workload.Name}: {Words.Count(workload.Count)} requests at {Words.Rate(rate)}/s; {rows[0].Label.Model}\n");
        target.Write($"SLO: TTFT <= {ttft}, TPOT <= {tpot}, met by {Words.Percent(goal.Attainment)} of all requests; {goal.Seeds} draws\n\n");
        PlanRow[] solutions = [.. rows.Where(r => r.Reason is null)];
        if (solutions.Length == 0)
            target.Write("no deployment meets the objectives\n");
        else
            Solutions([.. solutions.Take(top)]).Write(target);
        if (solutions.Length > top)
            target.Write($"and {solutions.Length - top} dearer: --top\n");
        Reasons(target, [.. rows.Where(r => r.Reason is not null)]);
    }

    private static TextTable Solutions(IReadOnlyList<PlanRow> rows)
    {
        TextTable table = new(["", "gpu", "tp", "replicas", "policy", "GPUs", "$/h", "$/M tokens", "SLO", "TTFT p99", "TPOT p99", "busy"], "gpu", "policy");
        for (int i = 0; i < rows.Count; i++)
        {
            (PlanRow row, LoadPoint at) = (rows[i], rows[i].Load!);
            table.Add(
            [
                Words.Count(i + 1), row.Label.Gpu, Words.Count(row.Label.Tp), Words.Count(row.Replicas), row.Label.Policy, Words.Count(row.Gpus),
                Words.Dollars(row.UsdPerHour), Words.Dollars(row.UsdPerMillionTokens), Words.Percent(at.Attainment),
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
