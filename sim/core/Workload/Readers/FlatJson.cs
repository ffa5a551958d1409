using System.Text;
using System.Text.Json;
using ELLM.Sim.Workload.Prefixes;
using ELLM.Sim.Workload.Sessions;

namespace ELLM.Sim.Workload.Readers;

/// <summary>One request an object: Mooncake (milliseconds), Bailian and RAGPulse (seconds, the latter as strings).</summary>
/// <remarks>
/// <para>Converted Mooncake files may write <c>input_tokens</c> and <c>output_tokens</c>, and give later turns of a
/// session only a <c>delay</c>, which is counted from the end of the session's turn before.</para>
/// <para>Ids (<c>hash_ids</c>) say what prompts begin with: blocks of 512 tokens in Mooncake's files and of 16 in Bailian's, the last
/// one may be partial; in RAGPulse's the parts that a prompt is made of. A chat with a parent goes on behind its answer.</para>
/// <para>Sources: kvcache-ai/Mooncake, alibaba-edu/qwen-bailian-usagetraces-anon, flashserve/RAGPulse.</para>
/// </remarks>
/// <param name="id">Short name of the layout.</param>
/// <param name="title">What it is.</param>
/// <param name="time">Unit of its times.</param>
/// <param name="rows">Takes the requests.</param>
/// <param name="hashes">Reads what prompts begin with; null: nothing does.</param>
/// <param name="keys">Keys of a file of the user's own; null: the published ones.</param>
internal sealed class FlatJson(
    string id, string title, TimeKind time, RequestRows rows, IHashIds? hashes = null, ColumnMap? keys = null) : IJsonLayout
{
    private readonly int _decimals = TimeKinds.Decimals(time);
    private readonly SessionBook _book = new();

    /// <summary>Chat -> its prompt.</summary>
    private readonly Dictionary<string, int> _chats = new(StringComparer.Ordinal);
    private long _delayed;

    public string Id { get; private set; } = id;

    public string Title => title;

    public TimeKind Time => time;

    public void Read(ReadOnlyMemory<byte> json, RowPlace place)
    {
        Utf8JsonReader reader = new(json.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw place.Error("a JSON object", CountText.Show(json.Span));
        Fields fields = new();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (keys is null)
                ReadKey(ref reader, ref fields, place);
            else
                ReadKey(ref reader, ref fields, keys, place);
        }
        if (fields.Input is null)
            throw place.Error($"a key {keys?.Input ?? "input_length"}", "none");
        if (fields.Output is null)
            throw place.Error($"a key {keys?.Output ?? "output_length"}", "none");
        // Reads on so that text behind the object is noticed.
        reader.Read();
        if (keys is not null && keys.Arrival is null)
            fields.Timestamp = 0;
        Add(fields, place);
    }

    private void ReadKey(ref Utf8JsonReader reader, ref Fields fields, ColumnMap map, RowPlace place)
    {
        if (map.Arrival is string arrival && reader.ValueTextEquals(arrival))
            fields.Timestamp = ReadTime(ref reader, place, arrival);
        else if (reader.ValueTextEquals(map.Input))
            fields.Input = ReadCount(ref reader, place, map.Input);
        else if (reader.ValueTextEquals(map.Output))
            fields.Output = ReadCount(ref reader, place, map.Output);
        else if (map.Model is string name && reader.ValueTextEquals(name))
            fields.Model = rows.Models.IndexOf(ReadScalar(ref reader), place.Line);
        else
            Pass(ref reader);
    }

    private void ReadKey(ref Utf8JsonReader reader, ref Fields fields, RowPlace place)
    {
        if (reader.ValueTextEquals("timestamp"u8))
            fields.Timestamp = ReadTime(ref reader, place, "timestamp");
        else if (reader.ValueTextEquals("delay"u8))
            fields.Delay = ReadTime(ref reader, place, "delay");
        else if (reader.ValueTextEquals("input_length"u8) || reader.ValueTextEquals("input_tokens"u8))
            fields.Input = ReadCount(ref reader, place, "input_length");
        else if (reader.ValueTextEquals("output_length"u8) || reader.ValueTextEquals("output_tokens"u8))
            fields.Output = ReadCount(ref reader, place, "output_length");
        else if (Id == "MC" && reader.ValueTextEquals("session_id"u8))
            fields.Session = Encoding.UTF8.GetString(ReadScalar(ref reader));
        else if (Id == "QB" && reader.ValueTextEquals("chat_id"u8))
            fields.Chat = Encoding.UTF8.GetString(ReadScalar(ref reader));
        else if (Id == "QB" && reader.ValueTextEquals("parent_chat_id"u8))
            fields.ParentChat = Encoding.UTF8.GetString(ReadScalar(ref reader));
        else if (reader.ValueTextEquals("model"u8))
            fields.Model = rows.Models.IndexOf(ReadScalar(ref reader), place.Line);
        else if (hashes is not null && reader.ValueTextEquals("hash_ids"u8))
            fields.Hashed = hashes.Read(ref reader, place);
        else
            Pass(ref reader);
    }

    private void Add(in Fields fields, RowPlace place)
    {
        if (Place(fields, place) is not { } at)
        {
            rows.AddUntimed();
            return;
        }
        int input = fields.Input!.Value, output = fields.Output!.Value;
        LastTurn? before = fields.Session is null ? null : _book.Of(fields.Session);
        int prompt = input < 1 ? -1 : Prompt(fields, before?.Prompt ?? -1, input, Math.Max(0, output), place);
        if (fields.Chat is not null && prompt >= 0)
            _chats[fields.Chat] = prompt;
        if (fields.Session is null)
        {
            rows.Add(at, input, output, fields.Model, prompt);
            return;
        }
        TurnOf turn = _book.Place(fields.Session, fields.Timestamp is null ? fields.Delay : null);
        rows.Add(at, input, output, fields.Model, prompt, turn);
        _book.Set(fields.Session, new LastTurn(turn, at, prompt));
    }

    /// <summary>What the log says the prompt begins with; else the last prompt and answer of its session.</summary>
    private int Prompt(in Fields fields, int before, int input, int output, RowPlace place)
    {
        PrefixTreeBuilder tree = rows.Prompts.Tree;
        if (fields.Hashed)
        {
            int parent = fields.ParentChat is null ? before : _chats.GetValueOrDefault(fields.ParentChat, -1);
            return hashes!.PromptOf(input, output, parent, place);
        }
        if (fields.Session is null)
            return -1;
        return before < 0 ? tree.Add(input, output) : tree.Add(before, tree.Reach(before), input, output);
    }

    public void Finish()
    {
        if (_delayed > 0)
        {
            Id = "MC+";
            rows.Notes.Add(FormattableString.Invariant(
                $"{_delayed} rows have only a delay: they arrive that long after the end of their session's turn before"));
        }
    }

    private Int128? Place(in Fields fields, RowPlace place)
    {
        if (fields.Timestamp is not null)
            return fields.Timestamp;
        if (fields.Delay is null)
            throw place.Error($"a key {keys?.Arrival ?? "timestamp"}", "none");
        if (fields.Session is null || _book.Of(fields.Session) is not { } before)
            return null;
        _delayed++;
        return before.TimePs + fields.Delay.Value;
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

    /// <summary>What a request says of itself.</summary>
    private struct Fields()
    {
        public Int128? Timestamp;

        /// <summary>From the end of the session's turn before.</summary>
        public Int128? Delay;
        public int? Input;
        public int? Output;
        public int Model = -1;
        public string? Session;
        public string? Chat;
        public string? ParentChat;

        /// <summary>Ids were read of what the prompt begins with.</summary>
        public bool Hashed;
    }
}
