using System.Globalization;
using ELLM.Sim.Experiments;
using ELLM.Sim.Memory;
using ELLM.Sim.Numerics;
using ELLM.Sim.Policies;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Screen;

/// <summary>What is said on stderr about a run besides its results.</summary>
internal static class Talk
{
    /// <summary>What was left out of the trace; everything the reader met with <paramref name="verbose"/>.</summary>
    public static void Trace(Terminal terminal, TraceLoadReport? report, bool verbose)
    {
        if (report is null)
            return;
        Ties(terminal, report);
        if (!verbose && report.UnitTaken is string taken)
            terminal.Warn($"{Path.GetFileName(report.Path)}: {taken}");
        if (verbose)
        {
            foreach (string line in report.ToLines())
                terminal.Say(line);
        }
        else if (report.RowsDropped > 0)
        {
            string reasons =
                string.Join(", ", report.Dropped.Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Count} {d.Reason}")));
            terminal.Warn(
                string.Create(CultureInfo.InvariantCulture,
                    $"{Path.GetFileName(report.Path)}: {report.RowsDropped} of {report.RowsRead} rows left out: {reasons}"));
        }
    }

    /// <summary>Ties of a log of whole seconds make bursts that were none.</summary>
    private static void Ties(Terminal terminal, TraceLoadReport report)
    {
        if (report.EqualTimeShare >= 0.1 && report.TiesAreKept)
        {
            terminal.Warn(string.Create(CultureInfo.InvariantCulture,
                $"{Path.GetFileName(report.Path)}: {report.EqualTimeShare:P0} of the requests arrive at the instant of the one before; "
                    + $"--spread-equal-times spreads them over the log's tick"));
        }
    }

    /// <summary>A note for each policy that was asked for by a name it had once.</summary>
    public static void Renamed(Terminal terminal, IEnumerable<string> lists)
    {
        foreach (string name in lists.SelectMany(list => list.Split(',', StringSplitOptions.TrimEntries)))
        {
            string current = PresetCatalog.Current(name);
            if (current != name)
                terminal.Say($"{name} is called {current} now");
        }
    }

    public static void Warnings(Terminal terminal, IEnumerable<RunReport> reports)
    {
        foreach (RunReport report in reports)
        {
            foreach (string line in report.Deployment?.Warnings ?? [])
                terminal.Warn(line);
            if (report.Reason is not null)
                terminal.Warn($"{report.Label.Policy} did not run: {report.Reason}");
        }
    }

    /// <summary>The memory budget and the sources of times.</summary>
    public static void Details(Terminal terminal, RunReport report)
    {
        if (report.Deployment is null)
            return;
        terminal.Say($"{report.Label.Policy}: memory of one GPU");
        terminal.Say($"  engine release {report.Deployment.Config.Engine.Release}: start-up memory and defaults as configs/engines has them from {report.Deployment.Release.From} on");
        foreach (MemoryBudgetLine line in report.Deployment.Budget.Lines)
        {
            string gib = line.Name.EndsWith("_bytes", StringComparison.Ordinal) ? $" ({ShortText.Gib(line.Value)})" : "";
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"  {line.Name,-28}{line.Value,16}{gib,-14} {line.Origin}"));
        }
        TimingProvenance times = report.Deployment.Provenance;
        terminal.Say($"{report.Label.Policy}: times {times.Kind}, profile {times.Profile}, overhead {times.Overhead}");
        foreach (TimingSource part in times.Parts)
            terminal.Say($"  {part.Part,-20} {part.Source}{(part.Borrowed ? " (borrowed from another device)" : "")}");
        terminal.Say($"  {"memory calls, copies",-20} calibration {report.Deployment.Costs.Profile.Summary}");
    }
}
