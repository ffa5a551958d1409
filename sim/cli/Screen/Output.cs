using System.Text;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Experiments;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Screen;

/// <summary>Results on stdout.</summary>
internal static class Output
{
    /// <param name="format">table, md, csv or json.</param>
    /// <param name="all">The long tables too.</param>
    public static void Write(Terminal terminal, string format, IReadOnlyList<RunReport> reports, Trace trace, bool all)
    {
        switch (format)
        {
            case "csv":
                terminal.Out.Write(Text(s => SummaryFiles.WriteCsv(s, reports.Select(r => r.Row))));
                break;
            case "json":
                terminal.Out.Write(Text(s => SummaryFiles.WriteJson(s, reports.Select(r => (r.Row, (RunManifest?)r.Manifest(trace))))));
                break;
            default:
                ComparisonTable.Write(terminal.Tables(format), reports, trace, format == "md" ? 0 : terminal.Columns, all);
                break;
        }
    }

    /// <summary>What a writer of files writes, as text.</summary>
    public static string Text(Action<Stream> write)
    {
        using MemoryStream stream = new();
        write(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
