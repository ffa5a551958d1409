using System.CommandLine;
using System.Text;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Options;

/// <summary>Where a trace is written and in which layout.</summary>
internal sealed class WriteOptions
{
    private readonly Option<string?> _out = CommonOptions.Out("FILE", "File to write; stdout without it.");
    private readonly Option<string> _format = CommonOptions.Format("Layout to write.", "csv", "vidur", "mooncake");
    private readonly Option<bool> _force = CommonOptions.Force("Replace an existing file.");

    public void AddTo(Command command)
    {
        command.Options.Add(_out);
        command.Options.Add(_format);
        command.Options.Add(_force);
    }

    public void Write(ParseResult parsed, Terminal terminal, Trace trace)
    {
        TraceFormat format = parsed.GetValue(_format) switch
        {
            "vidur" => TraceFormat.Vidur,
            "mooncake" => TraceFormat.Mooncake,
            _ => TraceFormat.Csv,
        };
        string[] dropped = [.. TraceWriter.Dropped(trace, format)];
        if (dropped.Length > 0)
            terminal.Say($"not in this layout: {string.Join(", ", dropped)}");
        if (parsed.GetValue(_out) is string path)
        {
            TraceWriter.Write(trace, path, format, parsed.GetValue(_force));
            terminal.Say($"{Words.Count(trace.Count)} requests in {path}");
            return;
        }
        using MemoryStream text = new();
        TraceWriter.Write(trace, text, format);
        terminal.Out.Write(Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length));
    }
}
