using System.Globalization;
using System.Text.Json;
using ELLM.Sim.Metrics.ResultFiles;

namespace ELLM.Sim.Experiments.Reproductions;

/// <summary>The table of reproductions as CSV and JSON.</summary>
public static class ReproductionFiles
{
    /// <summary>Columns of both, in order; <c>ours_low</c> and <c>ours_high</c> differ where a condition is open.</summary>
    private static readonly (string Name, Func<ReproductionResult, object?> Value)[] Columns =
    [
        ("experiment", r => r.Experiment.Name),
        ("source", r => r.Experiment.Source),
        ("what", r => r.Row.What),
        ("published", r => r.Row.Published),
        ("sure", r => ReproductionText.Sure(r.Row.Sure)),
        ("unit", r => r.Row.Unit),
        ("ours_low", r => r.Low),
        ("ours_high", r => r.High),
        ("accept_low", r => r.Row.Accept?[0]),
        ("accept_high", r => r.Row.Accept?[1]),
        ("verdict", r => ReproductionText.Verdict(r)),
        ("point", r => r.Point ?? ""),
        ("note", ReproductionText.Note),
    ];

    public static void WriteCsv(Stream target, IEnumerable<ReproductionResult> results)
    {
        using CsvBuffer csv = new(target);
        foreach ((string name, _) in Columns)
            csv.Text(name);
        csv.EndRow();
        foreach (ReproductionResult result in results)
        {
            foreach ((_, Func<ReproductionResult, object?> value) in Columns)
                csv.Text(Cell(value(result)));
            csv.EndRow();
        }
    }

    /// <summary>An array with an object a row.</summary>
    public static void WriteJson(Stream target, IEnumerable<ReproductionResult> results)
    {
        using Utf8JsonWriter json = new(target, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartArray();
        foreach (ReproductionResult result in results)
        {
            json.WriteStartObject();
            foreach ((string name, Func<ReproductionResult, object?> value) in Columns)
            {
                json.WritePropertyName(name);
                WriteValue(json, value(result));
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.Flush();
        target.WriteByte((byte)'\n');
    }

    private static string Cell(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }
}
