using System.Globalization;
using System.Text;
using ELLM.Sim.Time;
using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Workload;

/// <summary>Writes traces that know what prompts begin with, or which turns wait for one another.</summary>
/// <remarks>
/// Own CSV holds all of it: the earlier row that a prompt shares most with, and sessions. Mooncake's lines hold blocks of 512 tokens,
/// and delays of later turns in whole milliseconds.
/// </remarks>
internal sealed class AnnotatedTraceWriter
{
    private const int MooncakeBlock = 512;

    private readonly Trace _trace;
    private readonly PromptPrefixes? _prefixes;
    private readonly SessionPlan? _plan;

    /// <summary>Run -> first request whose prompt or answer goes through it; -1: none yet.</summary>
    private readonly int[] _first;
    private readonly Dictionary<(int Run, int Block), int> _blocks = [];
    private readonly HashSet<int> _begun = [];

    private AnnotatedTraceWriter(Trace trace)
    {
        _trace = trace;
        _prefixes = trace.Find<PromptPrefixes>();
        _plan = trace.Find<SessionPlan>();
        _first = new int[_prefixes?.Tree.Count ?? 0];
        Array.Fill(_first, -1);
    }

    /// <summary>What a layout cannot hold of a trace.</summary>
    public static IEnumerable<string> Dropped(Trace trace, TraceFormat format)
    {
        if (format != TraceFormat.Csv && trace.Models is not null)
            yield return "models";
        if (format == TraceFormat.Vidur && trace.Find<PromptPrefixes>() is not null)
            yield return "what prompts begin with";
        if (format == TraceFormat.Vidur && trace.Find<SessionPlan>() is not null)
            yield return "sessions";
        if (format == TraceFormat.Mooncake && trace.Find<PromptPrefixes>() is not null)
            yield return $"what prompts share beyond whole blocks of {MooncakeBlock} tokens";
    }

    /// <summary>False where the layout has no room for it, or the trace knows nothing more than times and lengths.</summary>
    public static bool Applies(Trace trace, TraceFormat format) =>
        format != TraceFormat.Vidur && (trace.Find<PromptPrefixes>() is not null || trace.Find<SessionPlan>() is not null);

    public static void Write(Trace trace, Stream stream, TraceFormat format)
    {
        AnnotatedTraceWriter writer = new(trace);
        using StreamWriter text = new(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        StringBuilder line = new();
        if (format == TraceFormat.Csv)
            text.WriteLine(writer.Header());
        for (int i = 0; i < trace.Count; i++)
        {
            line.Clear();
            if (format == TraceFormat.Csv)
                writer.Csv(line, i);
            else
                writer.Json(line, i);
            text.Write(line);
            text.Write('\n');
        }
    }

    private string Header() => "arrival_s,input_tokens,output_tokens"
        + (_trace.Models is null ? "" : ",model")
        + (_plan is null ? "" : ",session,turn,think_s")
        + (_prefixes is null ? "" : ",like,shared_tokens");

    private void Csv(StringBuilder line, int i)
    {
        line.Append(Seconds(_trace.ArrivalPs[i]));
        line.Append(CultureInfo.InvariantCulture, $",{_trace.InputTokens[i]},{_trace.OutputTokens[i]}");
        if (_trace.Models is { } models)
            line.Append(',').Append(models.Index[i] < 0 ? "" : TraceWriter.QuoteText(models.Names[models.Index[i]]));
        if (_plan is not null)
        {
            line.Append(_plan.Session[i] < 0
                ? ",,,"
                : string.Create(CultureInfo.InvariantCulture, $",{_plan.Session[i]},{_plan.Turn[i]},{Think(i)}"));
        }
        if (_prefixes is null)
            return;
        (int like, int shared) = Like(i);
        line.Append(like < 0 ? ",," : string.Create(CultureInfo.InvariantCulture, $",{like},{shared}"));
    }

    private string Think(int i) => _begun.Add(_plan!.Session[i]) ? "" : Seconds(_plan.ThinkPs[i]);

    private static string Seconds(long ps) => ((decimal)ps / SimTime.PsPerSecond).ToString("0.############", CultureInfo.InvariantCulture);

    /// <summary>The first request that shares the most with a prompt, and how many tokens; -1 where none does.</summary>
    private (int Request, int Tokens) Like(int i)
    {
        int node = _prefixes!.Prompt[i];
        while (node >= 0 && _first[node] < 0)
            node = _prefixes.Tree.Parent[node];
        (int, int) found = node < 0 ? (-1, 0) : (_first[node], _prefixes.Tree.Depth[node]);
        int end = _prefixes.Answer[i] >= 0 ? _prefixes.Answer[i] : _prefixes.Prompt[i];
        for (; end >= 0 && _first[end] < 0; end = _prefixes.Tree.Parent[end])
            _first[end] = i;
        return found;
    }

    private void Json(StringBuilder line, int i)
    {
        line.Append('{');
        bool later = false;
        if (_plan is not null && _plan.Session[i] >= 0)
        {
            later = !_begun.Add(_plan.Session[i]);
            line.Append(CultureInfo.InvariantCulture, $"\"session_id\": \"{_plan.Session[i]}\", ");
        }
        long timePs = later ? _plan!.ThinkPs[i] : _trace.ArrivalPs[i];
        line.Append(CultureInfo.InvariantCulture, $"\"{(later ? "delay" : "timestamp")}\": {timePs / SimTime.PsPerMillisecond}");
        line.Append(CultureInfo.InvariantCulture, $", \"input_length\": {_trace.InputTokens[i]}");
        line.Append(CultureInfo.InvariantCulture, $", \"output_length\": {_trace.OutputTokens[i]}");
        if (_prefixes is not null && _prefixes.Prompt[i] >= 0)
            line.Append(", \"hash_ids\": [").AppendJoin(", ", Blocks(_prefixes.Tree, _prefixes.Prompt[i])).Append(']');
        line.Append('}');
    }

    /// <summary>A full block is named by the run that holds its last token; one that is not full by the prompt's last run.</summary>
    private List<int> Blocks(PrefixTree tree, int prompt)
    {
        List<int> ids = [];
        Stack<int> path = new();
        for (int node = prompt; node >= 0; node = tree.Parent[node])
            path.Push(node);
        foreach (int node in path)
        {
            for (int block = ids.Count; (long)(block + 1) * MooncakeBlock <= tree.Depth[node]; block++)
                ids.Add(Id((node, block)));
        }
        if (tree.Depth[prompt] % MooncakeBlock > 0)
            ids.Add(Id((prompt, -1)));
        return ids;
    }

    private int Id((int Run, int Block) block)
    {
        if (!_blocks.TryGetValue(block, out int id))
            _blocks.Add(block, id = _blocks.Count);
        return id;
    }
}
