using System.Text;
using System.Text.Json;
using ELLM.Sim.Workload.Clients;
using ELLM.Sim.Workload.Prefixes;

namespace ELLM.Sim.Workload.Readers;

/// <summary>The JSON layouts in the field, told apart by the keys of their first object.</summary>
internal static class JsonSchemas
{
    public const string Known =
        "MC timestamp,input_length,output_length[,hash_ids] (ms); QB chat_id,timestamp,input_length,output_length (s); "
        + "RP timestamp,input_length,output_length,hash_ids as an object (s); CC requests,block_size (sessions); results of clients: "
        + ClientFormats.Known;

    private static readonly string[] RequestKeys =
        ["timestamp", "delay", "input_length", "input_tokens", "output_length", "output_tokens", "requests", "hash_ids", "chat_id", "session_id",
            .. ClientFormats.Marks];

    /// <summary>Whether text begins with an array, or with an object that has a key of request records.</summary>
    public static bool LooksLikeRequests(ReadOnlySpan<byte> head)
    {
        Utf8JsonReader reader = new(head, isFinalBlock: false, default);
        try
        {
            if (!reader.Read())
                return false;
            if (reader.TokenType == JsonTokenType.StartArray)
                return true;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (RequestKeys.Contains(reader.GetString(), StringComparer.Ordinal))
                    return true;
                if (!reader.TrySkip())
                    return false;
            }
        }
        catch (JsonException)
        {
            // The reader of the whole file says what is wrong with it.
        }
        return false;
    }

    /// <summary>Reads every object of the source with the layout that the first one shows.</summary>
    public static (string Id, string Title, TimeKind Time) Read(TraceSource source, TraceReadOptions options, RequestRows rows)
    {
        IJsonLayout? layout = null;
        JsonRecords.Visit(source, (json, place) =>
        {
            try
            {
                layout ??= Detect(json, place, options, rows);
                layout.Read(json, place);
            }
            catch (JsonException e)
            {
                throw JsonRecords.Broken(place.Path, place.Line, e);
            }
            catch (InvalidOperationException e)
            {
                // The parser checks that texts are UTF-8 only when it is asked for them.
                throw place.Error("text in UTF-8", "bytes that are none", e);
            }
            return !rows.Full;
        });
        if (layout is null)
            throw new InputException($"{source.Path}: no JSON objects, expected request records");
        layout.Finish();
        return (layout.Id, layout.Title, layout.Time);
    }

    private static IJsonLayout Detect(ReadOnlyMemory<byte> record, RowPlace place, TraceReadOptions options, RequestRows rows)
    {
        ReadOnlySpan<byte> json = record.Span;
        List<string> keys = [];
        bool contentParts = false;
        Utf8JsonReader reader = new(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw place.Error("a JSON object", CountText.Show(json));
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            keys.Add(key);
            reader.Read();
            contentParts |= key == "hash_ids" && reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
        }
        if (options.Columns is ColumnMap map)
            return Mapped(map, keys, place, options, rows);
        if (keys.Contains("requests") && keys.Contains("block_size"))
            return new AgentSessions(place.Path, options, rows);
        if (keys.Contains("windows") || (keys.Count > 0 && keys.All(k => double.TryParse(k, out _))))
        {
            throw new InputException($"{place.Path}: ServeGen length distributions: holds the parameters of a generator "
                + "(histograms per client and window), not requests; fit a preset to them or use `ellm trace generate`");
        }
        bool lengths = (keys.Contains("input_length") || keys.Contains("input_tokens"))
            && (keys.Contains("output_length") || keys.Contains("output_tokens"));
        if (lengths && keys.Contains("chat_id"))
            return new FlatJson("QB", "Bailian usage trace", UnitOf(options, TimeKind.Seconds), rows, Blocks(rows, 16));
        if (lengths && contentParts)
            return new FlatJson("RP", "RAGPulse trace", UnitOf(options, TimeKind.Seconds), rows, Parts(rows, place.Path));
        if (lengths && (keys.Contains("timestamp") || keys.Contains("delay")))
            return new FlatJson("MC", "Mooncake trace", UnitOf(options, TimeKind.Milliseconds), rows, Blocks(rows, 512));
        if (ClientFormats.Find(record, place) is IClientFormat client)
            return new ClientLayout(client, rows);
        StringBuilder found = new();
        found.AppendJoin(',', keys.Take(20).Select(k => ShownText.Of(k, 40)));
        throw new InputException($"{place.Path}:{place.Line}: unknown keys: {found}. Known: {Known}; CSV with a header line. Or name them: {ColumnMap.Example}");
    }

    private static FlatJson Mapped(ColumnMap map, List<string> keys, RowPlace place, TraceReadOptions options, RequestRows rows)
    {
        foreach (string? key in (string?[])[map.Arrival, map.Input, map.Output, map.Model])
        {
            if (key is not null && !keys.Contains(key))
                throw place.Error($"a key {key} as --columns says", string.Join(',', keys.Take(20)));
        }
        if (map.Arrival is null && options.RatePerSecond is null)
            throw new InputException($"{place.Path}: --columns names no arrival; give a rate in requests/s (--rate) to draw Poisson arrivals");
        TimeKind time = map.Arrival is null ? TimeKind.None : UnitOf(options, TimeKinds.NamedBy(map.Arrival) ?? TimeKind.Seconds);
        return new FlatJson("MAP", "columns of the user's own", time, rows, keys: map);
    }

    private static BlockIds Blocks(RequestRows rows, int tokens) => new(rows.Prompts, new TraceBlocks(tokens, Partial: true));

    private static PartIds? Parts(RequestRows rows, string path)
    {
        if (PartLengths.Beside(path) is not { } lengths)
        {
            rows.Notes.Add($"what prompts begin with is not known: no table *{PartLengths.Suffix} of the parts' lengths beside the file");
            return null;
        }
        rows.Notes.Add(FormattableString.Invariant($"lengths of {lengths.TokensOf.Count} prompt parts are from {lengths.File}"));
        rows.BesideSha256 = lengths.Sha256;
        return new PartIds(rows.Prompts, lengths.TokensOf);
    }

    private static TimeKind UnitOf(TraceReadOptions options, TimeKind own) => options.TimeUnit is TimeUnit stated ? TimeKinds.Of(stated) : own;
}

/// <summary>One JSON layout; turns each object into rows.</summary>
internal interface IJsonLayout
{
    string Id { get; }

    string Title { get; }

    TimeKind Time { get; }

    void Read(ReadOnlyMemory<byte> json, RowPlace place);

    /// <summary>After the last object: what is worth a note.</summary>
    void Finish();
}
