using System.Globalization;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Time;

namespace ELLM.Sim.Configuration;

/// <summary>Reads <c>ttft=500ms,tpot=3x,e2e=20s,ttft.p99=2s</c>: any of the parts, and those alone count.</summary>
/// <remarks>
/// A number without unit is seconds, and milliseconds behind a colon, as in <c>ttft:500</c> of vLLM's and SGLang's benchmarks;
/// <c>3x</c> is a multiple of the unloaded latency. A part with a percentile is about the run, not about each request; so is
/// <c>itl</c>, the gaps between tokens, at p99 unless it says otherwise.
/// </remarks>
public static class SloText
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["ttft"] = "ttft",
        ["tpot"] = "tpot",
        ["e2e"] = "e2e",
        ["e2el"] = "e2e",
        ["itl"] = PercentileObjective.Gaps,
    };

    /// <exception cref="InputException">Not of that form, or one of them twice.</exception>
    public static IEnumerable<Assignment> Parse(string text)
    {
        string[] parts = Split(text);
        if (parts.Length == 0)
            throw Wrong(text);
        List<Assignment> assignments = [];
        List<string> gate = [], percentiles = [];
        foreach (string part in parts)
        {
            (string name, int? permille, string value, bool colon) = Sides(part);
            if (permille is not null || name == PercentileObjective.Gaps)
            {
                decimal limit = Seconds(part, value, colon);
                PercentileObjective one = new(name, permille ?? 990, 1);
                percentiles.Add(string.Create(CultureInfo.InvariantCulture, $"{one.Name}={limit.ToString(CultureInfo.InvariantCulture)}s"));
                continue;
            }
            if (gate.Contains(name))
                throw new InputException($"--slo {text}: {name} stands there twice");
            gate.Add(name);
            assignments.Add(Multiple(value) is decimal times && name != "e2e"
                ? new Assignment($"slo.{name}_multiple", times.ToString(CultureInfo.InvariantCulture))
                : new Assignment($"slo.{name}_s", Seconds(part, value, colon).ToString(CultureInfo.InvariantCulture)));
        }
        assignments.Add(new Assignment("slo.gate", gate.Count == 0 ? SloSpec.None : string.Join(',', gate)));
        if (percentiles.Count > 0)
            assignments.Add(new Assignment("slo.percentiles", string.Join(',', percentiles)));
        return assignments;
    }

    /// <summary>Reads what <c>slo.percentiles</c> holds.</summary>
    /// <exception cref="InputException">Not of that form.</exception>
    internal static PercentileObjective[] Percentiles(string text)
    {
        if (text == SloSpec.None)
            return [];
        return [.. Split(text).Select(part =>
        {
            (string name, int? permille, string value, bool colon) = Sides(part);
            decimal seconds = Seconds(part, value, colon);
            return permille is int at && seconds < 9_000_000
                ? new PercentileObjective(name, at, SimTime.FromSeconds((double)seconds).Picoseconds)
                : throw new InputException($"slo.percentiles: expected parts such as ttft.p99=500ms, found '{part}'");
        })];
    }

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static (string Name, int? Permille, string Value, bool Colon) Sides(string part)
    {
        int at = part.AsSpan().IndexOfAny('=', ':');
        string[] left = at < 0 ? [] : part[..at].Trim().Split('.', 2);
        if (left.Length == 0 || !Names.TryGetValue(left[0], out string? name))
            throw Wrong(part);
        int? permille = left.Length == 1 ? null : Permille(part, left[1]);
        return (name, permille, part[(at + 1)..].Trim(), part[at] == ':');
    }

    /// <summary>Of p50, p99, p99.9.</summary>
    private static int Permille(string part, string text)
    {
        string digits = text is ['p', .. string rest] ? rest : "";
        bool read = decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal percent);
        decimal permille = percent * 10;
        bool known = read && percent is > 0 and < 100 && permille == decimal.Truncate(permille);
        return known ? (int)permille : throw Wrong(part);
    }

    private static decimal? Multiple(string text) => text is [.. string digits, 'x']
        && decimal.TryParse(digits.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal times) && times is > 0 and < 1e9m
            ? times
            : null;

    private static decimal Seconds(string part, string text, bool colon)
    {
        (string digits, decimal unit) = text switch
        {
            [.. string head, 'm', 's'] => (head, 0.001m),
            [.. string head, 'u', 's'] => (head, 0.000001m),
            [.. string head, 's'] => (head, 1m),
            _ => (text, colon ? 0.001m : 1m),
        };
        bool read = decimal.TryParse(digits.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value);
        return read && value is > 0 and < 1e9m ? value * unit : throw Wrong(part);
    }

    private static InputException Wrong(string part) =>
        new($"--slo {part}: expected ttft=TIME, tpot=TIME, e2e=TIME or itl=TIME separated by commas, each also of a percentile as in "
            + "ttft.p99=TIME; TIME a positive number with s, ms or us, or 10x of the unloaded latency, such as ttft=500ms,tpot=3x");
}
