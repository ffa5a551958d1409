using System.Text;
using System.Text.Json;
using ELLM.Sim.Workload.Prefixes;

namespace ELLM.Sim.Workload.Readers;

/// <summary>One request an object: Mooncake (milliseconds), Bailian and RAGPulse (seconds, the latter as strings).</summary>
/// <remarks>
/// <para>Converted Mooncake files may write <c>input_tokens</c> and <c>output_tokens</c>, and give later turns of a
/// session only a <c>delay</c>, which is counted from the arrival of the session's turn before.</para>
/// <para>Block ids (<c>hash_ids</c>) say what prompts begin with: 512 tokens a block in Mooncake's files, the last one may be
/// partial.</para>
/// <para>Sources: kvcache-ai/Mooncake, alibaba-edu/qwen-bailian-usagetraces-anon, flashserve/RAGPulse.</para>
/// </remarks>
/// <param name="id">Short name of the layout.</param>
/// <param name="title">What it is.</param>
/// <param name="time">Unit of its times.</param>
/// <param name="rows">Takes the requests.</param>
/// <param name="keys">Keys of a file of the user's own; null: the published ones.</param>
internal sealed class FlatJson(string id, string title, TimeKind time, RequestRows rows, ColumnMap? keys = null) : IJsonLayout
{
    private readonly bool _sessions = id == "MC";
    private readonly int _decimals = TimeKinds.Decimals(time);
    private readonly Dictionary<string, Int128> _sessionTime = new(StringComparer.Ordinal);
    private readonly HashIds? _hashes = keys is null && id == "MC" ? new HashIds(rows.Prompts, new TraceBlocks(512, Partial: true)) : null;
    private long _delayed;
    private bool _unused;

    public string Id { get; private set; } = id;

    public string Title => title;

    public TimeKind Time => time;

    public void Read(ReadOnlyMemory<byte> json, RowPlace place)
    {
        Utf8JsonReader reader = new(json.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw place.Error("a JSON object", CountText.Show(json.Span));
        Int128? timestamp = null, delay = null;
        string? session = null;
        int model = -1;
        int? input = null, output = null;
        bool hashed = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (keys is not null)
            {
                if (keys.Arrival is string arrival && reader.ValueTextEquals(arrival))
                    timestamp = ReadTime(ref reader, place, arrival);
                else if (reader.ValueTextEquals(keys.Input))
                    input = ReadCount(ref reader, place, keys.Input);
                else if (reader.ValueTextEquals(keys.Output))
                    output = ReadCount(ref reader, place, keys.Output);
                else if (keys.Model is string name && reader.ValueTextEquals(name))
                    model = rows.Models.IndexOf(ReadScalar(ref reader), place.Line);
                else
                    Pass(ref reader);
            }
            else if (reader.ValueTextEquals("timestamp"u8))
                timestamp = ReadTime(ref reader, place, "timestamp");
            else if (reader.ValueTextEquals("delay"u8))
                delay = ReadTime(ref reader, place, "delay");
            else if (reader.ValueTextEquals("input_length"u8) || reader.ValueTextEquals("input_tokens"u8))
                input = ReadCount(ref reader, place, "input_length");
            else if (reader.ValueTextEquals("output_length"u8) || reader.ValueTextEquals("output_tokens"u8))
                output = ReadCount(ref reader, place, "output_length");
            else if (_sessions && reader.ValueTextEquals("session_id"u8))
                session = Encoding.UTF8.GetString(ReadScalar(ref reader));
            else if (reader.ValueTextEquals("model"u8))
                model = rows.Models.IndexOf(ReadScalar(ref reader), place.Line);
            else if (reader.ValueTextEquals("hash_ids"u8))
            {
                hashed = _hashes?.Read(ref reader, place) ?? false;
                _unused |= _hashes is null;
                if (_hashes is null)
                    Pass(ref reader);
            }
            else
                Pass(ref reader);
        }
        if (input is null)
            throw place.Error($"a key {keys?.Input ?? "input_length"}", "none");
        if (output is null)
            throw place.Error($"a key {keys?.Output ?? "output_length"}", "none");
        // Reads on so that text behind the object is noticed.
        reader.Read();
        if (keys is not null && keys.Arrival is null)
            timestamp = 0;
        if (Place(timestamp, delay, session, place) is not { } at)
        {
            rows.AddUntimed();
            return;
        }
        rows.Add(at, input.Value, output.Value, model, hashed ? _hashes!.PromptOf(input.Value, output.Value, place) : -1);
        if (session is not null)
            _sessionTime[session] = at;
    }

    public void Finish()
    {
        if (_unused)
            rows.Notes.Add("block ids (hash_ids) are not used");
        if (_delayed > 0)
        {
            Id = "MC+";
            rows.Notes.Add(FormattableString.Invariant(
                $"{_delayed} rows have only a delay: it was counted from the arrival of their session's request before"));
        }
    }

    private Int128? Place(Int128? timestamp, Int128? delay, string? session, RowPlace place)
    {
        if (timestamp is not null)
            return timestamp;
        if (delay is null)
            throw place.Error($"a key {keys?.Arrival ?? "timestamp"}", "none");
        if (session is null || !_sessionTime.TryGetValue(session, out Int128 before))
            return null;
        _delayed++;
        return before + delay.Value;
    }

    private Int128? ReadTime(ref Utf8JsonReader reader, RowPlace place, string key)
    {
        ReadOnlySpan<byte> text = ReadScalar(ref reader);
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (!TimeText.TryParseDecimal(text, _decimals, out Int128 ps))
            throw place.Error($"a number of {TimeKinds.Words(time)} in {key}", CountText.Show(text));
        rows.HasFractions |= TimeText.HasFraction(text);
        return ps;
    }

    private static void Pass(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    private static int ReadCount(ref Utf8JsonReader reader, RowPlace place, string key) =>
        CountText.Parse(ReadScalar(ref reader), place, key);

    /// <summary>The bytes of a number, string or literal; an object or array is passed over and shows as its bracket.</summary>
    private static ReadOnlySpan<byte> ReadScalar(ref Utf8JsonReader reader)
    {
        reader.Read();
        ReadOnlySpan<byte> text = reader.ValueSpan;
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            reader.Skip();
        return text;
    }
}
