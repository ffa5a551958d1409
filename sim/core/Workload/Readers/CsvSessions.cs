using System.Text;
using CsvHelper;
using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Workload.Readers;

/// <summary>Columns of a CSV layout that say which turn of which session a row is, and what its prompt begins with.</summary>
internal sealed class CsvSessions
{
    private readonly RequestRows _rows;
    private readonly SessionBook _book = new();
    private readonly List<int> _prompts = [];
    private readonly int _session, _agent, _turn, _think, _blocks, _hits, _like, _shared;
    private readonly SessionColumns _columns;

    private CsvSessions(SessionColumns columns, RequestRows rows, Func<string?, int> fieldOf)
    {
        (_columns, _rows) = (columns, rows);
        (_session, _agent, _turn) = (fieldOf(columns.Session), fieldOf(columns.Agent), fieldOf(columns.Turn));
        (_think, _blocks, _hits) = (fieldOf(columns.Think), fieldOf(columns.Blocks), fieldOf(columns.Hits));
        (_like, _shared) = (fieldOf(columns.Like), fieldOf(columns.Shared));
        if (_hits >= 0)
            rows.Prompts.Blocks = new TraceBlocks(columns.BlockTokens, Partial: false);
    }

    /// <summary>Null where the file has none of them.</summary>
    public static CsvSessions? Of(CsvSchema schema, RequestRows rows, Func<string?, int> fieldOf)
    {
        if (schema.Sessions is not { } columns)
            return null;
        CsvSessions sessions = new(columns, rows, fieldOf);
        return sessions._session >= 0 || sessions._like >= 0 ? sessions : null;
    }

    /// <summary>Keeps the row at hand or counts why not.</summary>
    /// <param name="timePs">Null: it has none of its own, and arrives when the turn before has ended and been thought over.</param>
    public void Add(CsvReader csv, Int128? timePs, int input, int output, int model, RowPlace place)
    {
        string? session = _session >= 0 && csv.GetSpan(_session) is { IsEmpty: false } name ? Encoding.UTF8.GetString(name) : null;
        if (session is not null && _agent >= 0)
            session = $"{session}\n{Encoding.UTF8.GetString(csv.GetSpan(_agent))}";
        LastTurn? before = session is null ? null : _book.Of(session);
        Int128? think = _think >= 0 && !csv.GetSpan(_think).IsEmpty ? Seconds(csv.GetSpan(_think), place) : null;
        Int128 at = timePs ?? (before is { } b && think is { } t ? b.TimePs + t
            : throw place.Error("a time of its own, or an earlier turn of its session and a think time", "none of them"));
        long number = session is not null && _turn >= 0 ? Whole(csv.GetSpan(_turn), place, _columns.Turn!) : 0;
        if (before is { } last && _turn >= 0)
            CheckOrder(last, number, at, place);
        int prompt = input < 1 || (session is null && _like < 0) ? -1 : Prompt(csv, before, input, Math.Max(0, output), place);
        _prompts.Add(prompt);
        if (session is null)
        {
            _rows.Add(at, input, output, model, prompt);
            return;
        }
        TurnOf turn = _book.Place(session, before is null ? null : think);
        _rows.Add(at, input, output, model, prompt, turn);
        _book.Set(session, new LastTurn(turn, at, prompt, number, Blocks(csv, place)));
    }

    private static void CheckOrder(LastTurn last, long number, Int128 at, RowPlace place)
    {
        if (number <= last.Number)
            throw place.Error($"turns of a session in their order, after turn {last.Number}", $"turn {number}");
        if (at < last.TimePs)
            throw place.Error($"turn {number} of the session not before turn {last.Number}", "a time that runs backwards");
    }

    private int Blocks(CsvReader csv, RowPlace place) =>
        _blocks < 0 ? 0 : CountText.Parse(csv.GetSpan(_blocks), place, _columns.Blocks!);

    /// <summary>What the file says the prompt begins with; else the last prompt and answer of its session.</summary>
    private int Prompt(CsvReader csv, LastTurn? before, int input, int output, RowPlace place)
    {
        PrefixTreeBuilder tree = _rows.Prompts.Tree;
        if (_like >= 0)
            return PromptLike(csv, input, output, place);
        if (_hits >= 0)
        {
            int blocks = Blocks(csv, place), most = (input + _columns.BlockTokens - 1) / _columns.BlockTokens;
            int hits = CountText.Parse(csv.GetSpan(_hits), place, _columns.Hits!);
            if (_blocks >= 0 && blocks > most)
                throw place.Error($"at most {most} blocks of {_columns.BlockTokens} for a prompt of {input} tokens", $"{blocks}");
            int known = Math.Min(before?.Blocks ?? 0, _blocks >= 0 ? blocks : most);
            if (_blocks >= 0 && hits > known)
                throw place.Error($"at most {known} of the turn's blocks in the turn before", $"{hits} in {_columns.Hits}");
            if (hits <= 0 || before is not { Prompt: >= 0 } last)
                return tree.Add(input, output);
            // A turn that keeps all of the last prompt goes on behind its answer.
            bool whole = hits == tree.TokensOf(last.Prompt) / _columns.BlockTokens;
            return tree.Add(last.Prompt, whole ? tree.Reach(last.Prompt) : hits * _columns.BlockTokens, input, output);
        }
        return before is { Prompt: >= 0 } turn ? tree.Add(turn.Prompt, tree.Reach(turn.Prompt), input, output) : tree.Add(input, output);
    }

    private int PromptLike(CsvReader csv, int input, int output, RowPlace place)
    {
        PrefixTreeBuilder tree = _rows.Prompts.Tree;
        if (csv.GetSpan(_like).IsEmpty)
            return tree.Add(input, output);
        long row = Whole(csv.GetSpan(_like), place, _columns.Like!);
        if (row < 0 || row >= _prompts.Count || _prompts[(int)row] < 0)
            throw place.Error($"an earlier row with a prompt in column {_columns.Like}, counted from 0", $"{row}");
        int shared = _shared < 0 ? input : CountText.Parse(csv.GetSpan(_shared), place, _columns.Shared!);
        int most = Math.Min(input, tree.Reach(_prompts[(int)row]));
        if (shared > most)
            throw place.Error($"at most {most} tokens shared with row {row} in column {_columns.Shared}", $"{shared}");
        return tree.Add(_prompts[(int)row], Math.Max(0, shared), input, output);
    }

    private Int128 Seconds(ReadOnlySpan<byte> text, RowPlace place) => TimeText.TryParseDecimal(text, 12, out Int128 ps)
        ? ps
        : throw place.Error($"seconds in column {_columns.Think}", CountText.Show(text));

    private static long Whole(ReadOnlySpan<byte> text, RowPlace place, string column) => CountText.Parse(text, place, column);
}

/// <summary>Names of the columns that say what a row continues.</summary>
/// <param name="Session">Rows with the same text here are turns of one session.</param>
/// <param name="Turn">Ascending within a session.</param>
/// <param name="Think">Seconds from the end of the turn before.</param>
internal sealed record SessionColumns(string Session, string Turn, string Think)
{
    /// <summary>Of the parts of a session that go on beside one another.</summary>
    public string? Agent { get; init; }

    /// <summary>Blocks of the prompt, and those at its beginning that the turn before had.</summary>
    public string? Blocks { get; init; }

    public string? Hits { get; init; }

    public int BlockTokens { get; init; }

    /// <summary>Row of the file, from 0, that the prompt begins like, and for how many tokens.</summary>
    public string? Like { get; init; }

    public string? Shared { get; init; }
}
