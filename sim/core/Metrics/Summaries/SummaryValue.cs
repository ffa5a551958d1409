using System.Globalization;
using ELLM.Sim.Metrics.Latencies;

namespace ELLM.Sim.Metrics.Summaries;

/// <summary>One value of a summary: undefined, a text, an integer, a real number or a time.</summary>
public readonly record struct SummaryValue
{
    private readonly string? _text;
    private readonly double? _number;

    private SummaryValue(string? text, double? number, bool quoted)
    {
        _text = text;
        _number = number;
        IsText = quoted;
    }

    public static SummaryValue Undefined => default;

    public bool IsUndefined => _text is null;

    /// <summary>True for words, false for numbers.</summary>
    public bool IsText { get; }

    /// <summary>For tables: the number as a double, seconds for times.</summary>
    public double? Number => _number;

    public static SummaryValue Text(string text) => new(text, null, quoted: true);

    public static SummaryValue Integer(Int128 value) => new(value.ToString(CultureInfo.InvariantCulture), (double)value, quoted: false);

    /// <summary>Shortest decimal that reads back as the same double.</summary>
    public static SummaryValue Real(double? value) =>
        value is double v ? new(v.ToString("R", CultureInfo.InvariantCulture), v, quoted: false) : Undefined;

    /// <summary>Exact seconds of a count of picoseconds.</summary>
    public static SummaryValue Seconds(Int128 ps) => new(ExactSeconds.Format(ps), (double)ps / 1e12, quoted: false);

    /// <summary>As it stands in a CSV file: empty when undefined.</summary>
    public override string ToString() => _text ?? "";
}
