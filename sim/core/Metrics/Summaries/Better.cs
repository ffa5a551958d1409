namespace ELLM.Sim.Metrics.Summaries;

/// <summary>Which way a metric gets better: what a regression check calls worse.</summary>
public sealed record Better
{
    private readonly int _sign;
    private readonly string[] _words;

    private Better(string text, int sign, string? whyNot = null, params string[] words)
    {
        Text = text;
        WhyNot = whyNot;
        _sign = sign;
        _words = words;
    }

    /// <summary>The smaller the better: latencies, stalls, waste.</summary>
    public static Better Lower { get; } = new("lower", -1);

    /// <summary>The larger the better: throughput, attainment.</summary>
    public static Better Higher { get; } = new("higher", 1);

    /// <summary>lower, higher or neither; for words all of them, the best first.</summary>
    public string Text { get; }

    /// <summary>Why neither way is better; null for all others.</summary>
    public string? WhyNot { get; }

    /// <summary>Neither: the reason is part of the metric.</summary>
    public static Better Neither(string why) => new("neither", 0, why);

    /// <summary>A metric of words.</summary>
    public static Better InOrder(params string[] bestFirst) => new(string.Join(" < ", bestFirst), -1, null, bestFirst);

    /// <summary>What a move means; null when neither way is better, or one of the values is none that the metric knows.</summary>
    /// <param name="before">As it stands in a result file; null when undefined.</param>
    /// <param name="now">Another value than before.</param>
    public bool? IsWorse(string? before, string? now) =>
        _sign != 0 && Rank(before) is double a && Rank(now) is double b && a != b ? (b > a) == (_sign < 0) : null;

    private double? Rank(string? value)
    {
        if (_words.Length > 0)
            return Array.IndexOf(_words, value) is >= 0 and int place ? place : null;
        return double.TryParse(value, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture,
            out double number) ? number : null;
    }
}
