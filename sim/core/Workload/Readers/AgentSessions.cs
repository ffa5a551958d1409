using System.Text;
using System.Text.Json;

namespace ELLM.Sim.Workload.Readers;

/// <summary>Claude-Code sessions as nested JSON: one session an object, its requests in an array.</summary>
/// <remarks>
/// <para>Times are seconds from the session's start; a sub-agent's entries count from the sub-agent's own start and are
/// moved by it. Sessions have no common clock: their start times are drawn (<see cref="SessionClock"/>).</para>
/// <para>Source: callanjfox/kv-cache-tester.</para>
/// </remarks>
internal sealed class AgentSessions : IJsonLayout
{
    private readonly RequestRows _rows;
    private readonly SessionClock _clock;
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
        Add(requests, _clock.StartOf(Encoding.UTF8.GetBytes(session)), place);
    }

    public void Finish()
    {
        _rows.Notes.Add(_clock.Describe());
        if (_subAgents > 0)
            _rows.Notes.Add(FormattableString.Invariant($"requests of {_subAgents} sub-agents were moved to their session's clock"));
    }

    private void Add(JsonElement requests, Int128 startPs, RowPlace place)
    {
        foreach (JsonElement request in requests.EnumerateArray())
        {
            if (_rows.Full)
                return;
            Int128 at = startPs + Seconds(request, place);
            if (request.TryGetProperty("requests", out JsonElement nested) && nested.ValueKind == JsonValueKind.Array)
            {
                _subAgents++;
                Add(nested, at, place);
                continue;
            }
            int model = request.TryGetProperty("model", out JsonElement name)
                ? _rows.Models.IndexOf(Encoding.UTF8.GetBytes(name.ToString()))
                : -1;
            _rows.Add(at, Count(request, "in", place), Count(request, "out", place), model);
        }
    }

    private static Int128 Seconds(JsonElement request, RowPlace place)
    {
        string text = request.TryGetProperty("t", out JsonElement value) ? value.ToString() : "";
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        if (!TimeText.TryParseDecimal(utf8, 12, out Int128 ps))
            throw place.Error("seconds in t", CountText.Show(utf8));
        return ps;
    }

    private static int Count(JsonElement request, string key, RowPlace place)
    {
        string text = request.TryGetProperty(key, out JsonElement value) ? value.ToString() : "";
        return CountText.Parse(Encoding.UTF8.GetBytes(text), place, key);
    }
}
