using System.Globalization;
using System.Text;

namespace ELLM.Sim.Workload.Readers;

/// <summary>Token counts: whole numbers from 0 to 2^31-1, and -1 where a log has none.</summary>
internal static class CountText
{
    /// <summary>What some logs write for a count they do not have.</summary>
    public const int Missing = -1;

    public static int Parse(ReadOnlySpan<byte> text, in RowPlace place, string column)
    {
        if (text.Length is > 0 and <= 9)
        {
            int value = 0;
            foreach (byte b in text)
            {
                int digit = b - '0';
                if (digit is < 0 or > 9)
                    return ParseSlow(text, place, column);
                value = value * 10 + digit;
            }
            return value;
        }
        return ParseSlow(text, place, column);
    }

    /// <summary>A field as an error message shows it: quoted, at most 40 characters, without control characters.</summary>
    public static string Show(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return "an empty field";
        return $"'{ShownText.Of(Encoding.UTF8.GetString(text.Length > 160 ? text[..160] : text), 40)}'";
    }

    private static int ParseSlow(ReadOnlySpan<byte> text, in RowPlace place, string column)
    {
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent
            | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite;
        // 5.0 is a whole number that went through a float column.
        if (!double.TryParse(text, style, CultureInfo.InvariantCulture, out double value) || !double.IsFinite(value) || value != Math.Truncate(value))
            throw place.Error($"a whole number of tokens in column {column}", Show(text));
        if (value == Missing)
            return Missing;
        if (value < 0)
            throw place.Error($"a token count of at least 0 in column {column}", Show(text));
        if (value > int.MaxValue)
            throw place.Error($"a token count of at most 2147483647 in column {column}", Show(text));
        return (int)value;
    }
}
