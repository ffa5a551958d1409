using System.Globalization;
using ELLM.Sim.Experiments;
using ELLM.Sim.Numerics;
using ELLM.Sim.Validation.OwnRuns;

namespace ELLM.Sim.Cli.Tables;

/// <summary>A real run beside ours: a row a metric and statistic, the likeliest cause, what was assumed.</summary>
internal static class OwnRunTable
{
    public static void Write(TextWriter target, OwnRun own, ServerLog? log, bool csv)
    {
        if (csv)
        {
            target.Write("metric,statistic,unit,real,ours,error_percent\n");
            foreach (OwnRunRow row in own.Rows)
                target.Write($"{row.Metric},{row.Statistic},{row.Unit},{Exact(row.Real)},{Exact(row.Ours)},{Exact(row.ErrorPercent)}\n");
            return;
        }
        RunReport report = own.Report;
        string failed = own.Run.Failed > 0 ? $", {Words.Count(own.Run.Failed)} failed" : "";
        string warm = own.Run.WarmUp > 0 ? $", {Words.Count(own.Run.WarmUp)} of the warm-up left out" : "";
        string release = log is null ? "" : $"; log of {log.Engine} {log.Version}".TrimEnd();
        Lines.Write(target, $"{own.Run.Client}: {Words.Count(own.Run.Requests.Count)} requests{failed}{warm}; {report.Label.Model} on "
            + $"{report.Label.Tp} x {report.Label.Gpu}, {report.Label.Policy}{release}\n");
        target.Write("\n");
        TextTable table = new(["metric", "", "real", "ours", "error"], "");
        foreach (OwnRunRow row in own.Rows)
            table.Add([row.Metric, row.Statistic, Shown(row, row.Real), Shown(row, row.Ours), Signed(row)]);
        table.Write(target);
        target.Write("\n");
        Lines.Write(target, $"likeliest cause: {own.Cause}\n");
        Lines.Write(target, $"assumed: {own.Assumed}\n");
    }

    private static string Shown(OwnRunRow row, double? value) => value is not double v ? Words.Undefined
        : row.Unit == "s" ? ShortText.Duration(v) : ShortText.Number(v) + "/s";

    /// <summary>Of single requests the mean size of their errors, without a sign.</summary>
    private static string Signed(OwnRunRow row)
    {
        if (row.ErrorPercent is not double error)
            return Words.Undefined;
        string size = Math.Abs(error).ToString("0.0", CultureInfo.InvariantCulture) + "%";
        return row.Real is null ? size : (error < 0 ? "-" : "+") + size;
    }

    private static string Exact(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
