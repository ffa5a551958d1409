using System.Text.Json;
using System.Text.Json.Nodes;
using ELLM.Sim.Metrics.Summaries;

namespace ELLM.Sim.Metrics.ResultFiles;

/// <summary>One value of a result row: its name with unit, what it means, where it comes from.</summary>
public sealed record ResultColumn<T>(string Name, string Doc, Func<T, SummaryValue> Get);

/// <summary>Rows of any kind as CSV and JSON, from one list of columns.</summary>
public static class ResultTable
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    public static void WriteCsv<T>(Stream target, IReadOnlyList<ResultColumn<T>> columns, IEnumerable<T> rows)
    {
        using CsvBuffer csv = new(target);
        foreach (ResultColumn<T> column in columns)
            csv.Text(column.Name);
        csv.EndRow();
        foreach (T row in rows)
        {
            foreach (ResultColumn<T> column in columns)
                csv.Text(column.Get(row).ToString());
            csv.EndRow();
        }
    }

    /// <summary>An object with what holds for all rows, and the rows.</summary>
    /// <param name="more">Added to each row's object; null for nothing.</param>
    public static void WriteJson<T>(
        Stream target, JsonObject head, string name, IReadOnlyList<ResultColumn<T>> columns, IEnumerable<T> rows,
        Func<T, JsonObject>? more = null)
    {
        using Utf8JsonWriter json = new(target, Indented);
        json.WriteStartObject();
        foreach ((string key, JsonNode? value) in head)
            WriteNode(json, key, value);
        json.WriteStartArray(name);
        foreach (T row in rows)
        {
            json.WriteStartObject();
            foreach (ResultColumn<T> column in columns)
                WriteValue(json, column.Name, column.Get(row));
            foreach ((string key, JsonNode? value) in more?.Invoke(row) ?? [])
                WriteNode(json, key, value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        target.WriteByte((byte)'\n');
    }

    private static void WriteNode(Utf8JsonWriter json, string key, JsonNode? value)
    {
        json.WritePropertyName(key);
        if (value is null)
            json.WriteNullValue();
        else
            value.WriteTo(json);
    }

    private static void WriteValue(Utf8JsonWriter json, string key, in SummaryValue value)
    {
        json.WritePropertyName(key);
        if (value.IsUndefined)
            json.WriteNullValue();
        else if (value.IsText)
            json.WriteStringValue(value.ToString());
        else
            json.WriteRawValue(value.ToString());
    }
}
