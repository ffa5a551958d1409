using System.Globalization;

namespace ELLM.Sim.Configuration;

/// <summary>
/// Reads <c>ttft=500ms,tpot=50ms</c>: either part may be absent. A number without unit is seconds, and milliseconds behind a colon, as
/// in <c>ttft:500</c> of vLLM's and SGLang's benchmarks.
/// </summary>
public static class SloText
{
    public static IEnumerable<Assignment> Parse(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0)
            throw Wrong(text);
        List<Assignment> assignments = [];
        foreach (string part in parts)
        {
            string[] sides = part.Split(['=', ':'], 2, StringSplitOptions.TrimEntries);
            if (sides.Length != 2 || sides[0] is not ("ttft" or "tpot"))
                throw Wrong(part);
            assignments.Add(
                new Assignment($"slo.{sides[0]}_s",
                    Seconds(part, sides[1], part[sides[0].Length..].TrimStart()[0] == ':').ToString(CultureInfo.InvariantCulture)));
        }
        return assignments;
    }

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
        new($"--slo {part}: expected ttft=TIME and tpot=TIME separated by commas, TIME a positive number with s, ms or us, such as "
            + $"ttft=500ms,tpot=50ms");
}
