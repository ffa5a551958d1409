using System.Text;
using System.Text.Json;
using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Workload.Readers;

/// <summary>Claude-Code sessions as nested JSON: one session an object, its requests in an array.</summary>
/// <remarks>
/// <para>Times are seconds from the session's start; a sub-agent's entries count from the sub-agent's own start and are
/// moved by it. Sessions have no common clock: their start times are drawn (<see cref="SessionClock"/>).</para>
/// <para>A turn with a think time waits for the end of the turn before; a sub-agent starts at its own time.</para>
/// <para>Source: callanjfox/kv-cache-tester.</para>
/// </remarks>
internal sealed class AgentSessions : IJsonLayout
{
    private readonly RequestRows _rows;
    private readonly SessionClock _clock;
    private readonly SessionBook _turns = new();
    private long _subAgents;

    public AgentSessions(string path, TraceReadOptions options, RequestRows rows)
    {
        if (options.SessionRatePerSecond is null)
            throw SessionClock.Missing(path, "Claude-Code sessions");
        _rows = rows;
        _clock = new SessionClock(options);
    }

    public string Id => "CC";

    public string Title => "Claude-Code sessions";

    public TimeKind Time => TimeKind.SessionSeconds;

    public void Read(ReadOnlyMemory<byte> json, RowPlace place)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("requests", out JsonElement requests) || requests.ValueKind != JsonValueKind.Array)
            throw place.Error("an array requests", "none");
        string session = document.RootElement.TryGetProperty("id", out JsonElement id) ? id.ToString() : $"line {place.Line}";
        BlockChains blocks = Blocks(document.RootElement, place);
        Add(requests, _clock.StartOf(Encoding.UTF8.GetBytes(session)), session, blocks, place);
    }

    public void Finish()
    {
        _rows.Notes.Add(_clock.Describe());
        if (_subAgents > 0)
            _rows.Notes.Add(FormattableString.Invariant($"requests of {_subAgents} sub-agents were moved to their session's clock"));
    }

    /// <summary>Ids of a session's blocks are its own; sub-agents share them.</summary>
    private BlockChains Blocks(JsonElement document, RowPlace place)
    {
        int size = Count(document, "block_size", place);
        if (size < 1)
            throw place.Error("a block_size of at least 1", $"{size}");
        _rows.Prompts.Blocks = new TraceBlocks(size, Partial: false);
        return new BlockChains(_rows.Prompts.Tree, size);
    }

    /// <param name="agent">Session and, of a sub-agent, its place in it: what has turns of its own.</param>
    private void Add(JsonElement requests, Int128 startPs, string agent, BlockChains blocks, RowPlace place)
    {
        int nestedAgents = 0;
        foreach (JsonElement request in requests.EnumerateArray())
        {
            if (_rows.Full)
                return;
            Int128 at = startPs + Seconds(request, "t", place);
            if (request.TryGetProperty("requests", out JsonElement nested) && nested.ValueKind == JsonValueKind.Array)
            {
                _subAgents++;
                Add(nested, at, FormattableString.Invariant($"{agent}\n{nestedAgents++}"), blocks, place);
                continue;
            }
            int model = request.TryGetProperty("model", out JsonElement name)
                ? _rows.Models.IndexOf(Encoding.UTF8.GetBytes(name.ToString()))
                : -1;
            AddTurn(request, at, agent, model, blocks, place);
        }
    }

    private void AddTurn(JsonElement request, Int128 at, string agent, int model, BlockChains blocks, RowPlace place)
    {
        int input = Count(request, "in", place), output = Count(request, "out", place);
        LastTurn? before = _turns.Of(agent);
        if (at < before?.TimePs)
            throw place.Error("turns of a session in the order of their times", "a turn before the one above it");
        int prompt = -1;
        if (request.TryGetProperty("hash_ids", out JsonElement ids) && input > 0)
            prompt = blocks.Add(Ids(ids, place), input, Math.Max(0, output), before?.Prompt ?? -1, place);
        Int128? think = request.TryGetProperty("think_time", out _) ? Seconds(request, "think_time", place) : null;
        TurnOf turn = _turns.Place(agent, before is null ? null : think);
        _rows.Add(at, input, output, model, prompt, turn);
        _turns.Set(agent, new LastTurn(turn, at, prompt));
    }

    private static long[] Ids(JsonElement ids, RowPlace place)
    {
        if (ids.ValueKind != JsonValueKind.Array)
            throw place.Error("a list of block ids in hash_ids", CountText.Show(Encoding.UTF8.GetBytes(ids.ToString())));
        long[] read = new long[ids.GetArrayLength()];
        int count = 0;
        foreach (JsonElement id in ids.EnumerateArray())
        {
            if (id.ValueKind != JsonValueKind.Number || !id.TryGetInt64(out read[count++]))
                throw place.Error("whole numbers in hash_ids", CountText.Show(Encoding.UTF8.GetBytes(id.ToString())));
        }
        return read;
    }

    private static Int128 Seconds(JsonElement request, string key, RowPlace place)
    {
        string text = request.TryGetProperty(key, out JsonElement value) ? value.ToString() : "";
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        if (!TimeText.TryParseDecimal(utf8, 12, out Int128 ps))
            throw place.Error($"seconds in {key}", CountText.Show(utf8));
        return ps;
    }

    private static int Count(JsonElement request, string key, RowPlace place)
    {
        string text = request.TryGetProperty(key, out JsonElement value) ? value.ToString() : "";
        return CountText.Parse(Encoding.UTF8.GetBytes(text), place, key);
    }
}
