using System.Globalization;

namespace ELLM.Sim.Workload.Readers;

/// <summary>Text to picoseconds without passing through a double: 100 ns ticks and nanoseconds stay exact.</summary>
internal static class TimeText
{
    private const long PsPerSecond = 1_000_000_000_000;

    // More seconds are no time of any log, and would leave the range of decimal when shown; smaller units have more digits.
    private const int MaxSecondDigits = 15;
    private const int MaxDigits = 19;

    /// <summary>A decimal number of units of 10^-(12-<paramref name="decimals"/>) ps: 12 for seconds, 9 for milliseconds.</summary>
    /// <remarks>Digits beyond the picosecond are rounded half to even; exponents (<c>1e-05</c>) are accepted.</remarks>
    public static bool TryParseDecimal(ReadOnlySpan<byte> text, int decimals, out Int128 ps)
    {
        ps = 0;
        text = text.Trim((byte)' ');
        bool negative = text.Length > 0 && text[0] == (byte)'-';
        ReadOnlySpan<byte> digits = negative ? text[1..] : text;
        ulong whole = 0, fraction = 0;
        int i = 0;
        for (; i < digits.Length && i < MaxWholeDigits(decimals) && IsDigit(digits[i]); i++)
            whole = whole * 10 + (uint)(digits[i] - '0');
        int wholeDigits = i, places = 0;
        if (i < digits.Length && digits[i] == (byte)'.')
        {
            for (i++; i < digits.Length && places < decimals && IsDigit(digits[i]); i++, places++)
                fraction = fraction * 10 + (uint)(digits[i] - '0');
        }
        if (i != digits.Length || wholeDigits + places == 0)
            return TryParseSlow(text, decimals, out ps);
        for (; places < decimals; places++)
            fraction *= 10;
        ps = (Int128)whole * PowerOfTen(decimals) + fraction;
        if (negative)
            ps = -ps;
        return true;
    }

    /// <summary>Whether a decimal number has digits other than zeros behind its point, or an exponent, which may hide some.</summary>
    public static bool HasFraction(ReadOnlySpan<byte> text)
    {
        int point = text.IndexOf((byte)'.');
        return (point >= 0 && text[(point + 1)..].TrimEnd((byte)'0').Length > 0) || text.IndexOfAny((byte)'e', (byte)'E') >= 0;
    }

    /// <summary><c>2023-11-16 18:15:46.6805900</c>, with <c>T</c> or a blank, up to 12 fractional digits, <c>Z</c>, <c>+00:00</c> or no zone.</summary>
    /// <param name="text">The field.</param>
    /// <param name="ps">Picoseconds since 0001-01-01 in UTC, or in the clock's own zone when none is named.</param>
    /// <param name="hasZone">Whether the text names a zone.</param>
    public static bool TryParseTimestamp(ReadOnlySpan<byte> text, out Int128 ps, out bool hasZone)
    {
        ps = 0;
        hasZone = false;
        text = text.Trim((byte)' ');
        if (text.Length < 19 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':'
            || text[10] is not ((byte)' ' or (byte)'T'))
            return false;
        if (!TwoDigits(text, 0, out int century) || !TwoDigits(text, 2, out int yearOfCentury) || !TwoDigits(text, 5, out int month)
            || !TwoDigits(text, 8, out int day) || !TwoDigits(text, 11, out int hour) || !TwoDigits(text, 14, out int minute)
            || !TwoDigits(text, 17, out int second))
            return false;
        int year = century * 100 + yearOfCentury;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60)
            return false;
        ReadOnlySpan<byte> rest = text[19..];
        long fraction = 0;
        if (rest.Length > 0 && rest[0] == '.')
        {
            int places = 0;
            int i = 1;
            for (; i < rest.Length && IsDigit(rest[i]) && places < 12; i++, places++)
                fraction = fraction * 10 + (rest[i] - '0');
            if (places == 0)
                return false;
            for (; places < 12; places++)
                fraction *= 10;
            rest = rest[i..];
        }
        if (!TryParseZone(rest, out int zoneMinutes, out hasZone))
            return false;
        long days = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerDay;
        long seconds = days * 86_400 + hour * 3600 + minute * 60 + second - zoneMinutes * 60L;
        ps = (Int128)seconds * PsPerSecond + fraction;
        return ps >= 0 && seconds <= DateTime.MaxValue.Ticks / TimeSpan.TicksPerSecond;
    }

    /// <summary>The instant as text: exact decimal seconds, or date and time.</summary>
    public static string Format(Int128 ps, TimeKind kind)
    {
        switch (kind)
        {
            case TimeKind.WallClock:
                long ticks = (long)(ps / 100_000);
                return new DateTime(ticks, DateTimeKind.Unspecified).ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);
            case TimeKind.Milliseconds:
                return ((decimal)ps / 1_000_000_000m).ToString("0.#########", CultureInfo.InvariantCulture) + " ms";
            default:
                return ((decimal)ps / PsPerSecond).ToString("0.############", CultureInfo.InvariantCulture) + " s";
        }
    }

    private static bool TryParseZone(ReadOnlySpan<byte> text, out int minutes, out bool hasZone)
    {
        minutes = 0;
        hasZone = text.Length > 0;
        if (text.Length == 0 || (text.Length == 1 && text[0] is (byte)'Z' or (byte)'z'))
            return true;
        if (text[0] is not ((byte)'+' or (byte)'-') || text.Length is not (3 or 5 or 6) || !TwoDigits(text, 1, out int hours))
            return false;
        int past = 0;
        if (text.Length == 5 && !TwoDigits(text, 3, out past))
            return false;
        if (text.Length == 6 && (text[3] != ':' || !TwoDigits(text, 4, out past)))
            return false;
        minutes = hours * 60 + past;
        if (text[0] == '-')
            minutes = -minutes;
        return true;
    }

    private static bool TryParseSlow(ReadOnlySpan<byte> text, int decimals, out Int128 ps)
    {
        ps = 0;
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!decimal.TryParse(text, style, CultureInfo.InvariantCulture, out decimal value))
            return false;
        if (Math.Abs(value) >= MaxWhole(decimals))
            return false;
        decimal whole = decimal.Truncate(value);
        // Splitting keeps 28 digits for the part behind the point.
        ps = (Int128)whole * PowerOfTen(decimals)
            + (Int128)decimal.Round((value - whole) * PowerOfTen(decimals), MidpointRounding.ToEven);
        return true;
    }

    private static int MaxWholeDigits(int decimals) => Math.Min(MaxDigits, MaxSecondDigits + 12 - decimals);

    private static decimal MaxWhole(int decimals)
    {
        decimal least = 1;
        for (int digit = 0; digit < MaxWholeDigits(decimals); digit++)
            least *= 10;
        return least;
    }

    private static ulong PowerOfTen(int exponent) => exponent switch
    {
        12 => 1_000_000_000_000,
        9 => 1_000_000_000,
        6 => 1_000_000,
        3 => 1_000,
        _ => throw new ArgumentOutOfRangeException(nameof(exponent)),
    };

    private static bool TwoDigits(ReadOnlySpan<byte> text, int at, out int value)
    {
        value = (text[at] - '0') * 10 + (text[at + 1] - '0');
        return IsDigit(text[at]) && IsDigit(text[at + 1]);
    }

    private static bool IsDigit(byte b) => b is >= (byte)'0' and <= (byte)'9';
}
