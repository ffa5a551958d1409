using ELLM.Sim.Plots.Charts;

namespace ELLM.Sim.Plots.Figures;

/// <summary>Which policy pays where: a box for each prompt length and load, in the colour of the policy that gains most.</summary>
public static class PhaseMap
{
    public const string Name = "phase";
    private const string None = "no policy";
    private const double Half = 0.47;

    /// <param name="cells">A row a policy of a cell, as phase.csv has them.</param>
    public static Figure Of(ResultRows cells)
    {
        foreach (string column in (string[])["prompt_tokens", "load", "policy", "gain", "named", "depends_on_length"])
            cells.Require(column, "phase");
        string[] prompts = Distinct("prompt_tokens"), loads = Distinct("load");
        string[] policies = Distinct("policy");
        IEnumerable<Boxes> marks = policies.Select((policy, style) => new Boxes(policy, [.. Named(policy)]) { Style = style })
            .Append(new Boxes(None, [.. Empty()]) { Style = policies.Length }).Where(m => m.Items.Count > 0);
        string[] shown = [.. loads.Select(l => IsOver(l) ? l + "*" : l)];
        return new Figure(Name, "Where a policy gains more than 2 points of attainment on the baseline, and how many",
            [new Panel("", new Axis("load, in units of the baseline's saturated throughput") { Categories = shown },
                new Axis("mean prompt (tokens)") { Categories = prompts }, [.. marks])])
        {
            PanelHeight = Math.Clamp(prompts.Length * 30, 60, 400),
            Notes = loads.Any(IsOver) ? ["* above 1 the queue only grows: depends on the run's length"] : [],
        };

        string[] Distinct(string column) => [.. cells.Rows.Select(r => cells.Text(r, column)).Distinct()];
        bool IsOver(string load) => cells.Rows.Any(r => cells.Text(r, "load") == load && cells.Number(r, "depends_on_length") == 1);
        bool IsNamed(string[] row) => cells.Number(row, "named") == 1;
        Box At(string[] row, string text, string tip)
        {
            int x = Array.IndexOf(loads, cells.Text(row, "load")), y = Array.IndexOf(prompts, cells.Text(row, "prompt_tokens"));
            return new Box(x - Half, x + Half, y - Half, y + Half, text, $"{prompts[y]} tokens, load {loads[x]}: {tip}");
        }

        IEnumerable<Box> Named(string policy) => cells.Rows.Where(r => IsNamed(r) && cells.Text(r, "policy") == policy)
            .Select(r => (Row: r, Gain: cells.Number(r, "gain")))
            .Select(r => At(r.Row, Ticks.Short(Math.Round(100 * r.Gain)), $"{policy} gains {Parts.Percent(r.Gain)}"));
        IEnumerable<Box> Empty() => cells.Rows.GroupBy(r => (cells.Text(r, "prompt_tokens"), cells.Text(r, "load")))
            .Where(cell => !cell.Any(IsNamed)).Select(cell => At(cell.First(), "", None));
    }
}
