using System.Text;
using System.Text.Json;

namespace ELLM.Sim.Workload.Readers;

/// <summary>The JSON layouts in the field, told apart by the keys of their first object.</summary>
internal static class JsonSchemas
{
    public const string Known =
        "MC timestamp,input_length,output_length[,hash_ids] (ms); QB chat_id,timestamp,input_length,output_length (s); "
        + "RP timestamp,input_length,output_length,hash_ids as an object (s); CC requests,block_size (sessions)";

    /// <summary>Reads every object of the source with the layout that the first one shows.</summary>
    public static (string Id, string Title, TimeKind Time) Read(TraceSource source, TraceReadOptions options, RequestRows rows)
    {
        IJsonLayout? layout = null;
        JsonRecords.Visit(source, (json, place) =>
        {
            try
            {
                layout ??= Detect(json.Span, place, options, rows);
                layout.Read(json, place);
            }
            catch (JsonException e)
            {
                throw JsonRecords.Broken(place.Path, place.Line, e);
            }
            return !rows.Full;
        });
        if (layout is null)
            throw new InputException($"{source.Path}: no JSON objects, expected request records");
        layout.Finish();
        return (layout.Id, layout.Title, layout.Time);
    }

    private static IJsonLayout Detect(ReadOnlySpan<byte> json, RowPlace place, TraceReadOptions options, RequestRows rows)
    {
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
            return new FlatJson("QB", "Bailian usage trace", TimeKind.Seconds, rows);
        if (lengths && contentParts)
            return new FlatJson("RP", "RAGPulse trace", TimeKind.Seconds, rows);
        if (lengths && (keys.Contains("timestamp") || keys.Contains("delay")))
            return new FlatJson("MC", "Mooncake trace", TimeKind.Milliseconds, rows);
        StringBuilder found = new();
        found.AppendJoin(',', keys.Take(20).Select(k => new string([.. k.Take(40).Select(c => char.IsControl(c) ? '?' : c)])));
        throw new InputException($"{place.Path}:{place.Line}: unknown keys: {found}. Known: {Known}; CSV with a header line");
    }
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
