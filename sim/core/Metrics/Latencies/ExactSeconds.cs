using System.Globalization;

namespace ELLM.Sim.Metrics.Latencies;

/// <summary>Picoseconds as decimal seconds, exactly: no rounding, no exponent, no trailing zeros, <c>0</c> for zero.</summary>
public static class ExactSeconds
{
    private const long PsPerSecond = 1_000_000_000_000;

    public static string Format(Int128 ps)
    {
        string sign = ps < 0 ? "-" : "";
        (Int128 whole, Int128 rest) = Int128.DivRem(Int128.Abs(ps), PsPerSecond);
        string text = sign + whole.ToString(CultureInfo.InvariantCulture);
        return rest == 0 ? text : text + "." + ((long)rest).ToString("D12", CultureInfo.InvariantCulture).TrimEnd('0');
    }

    /// <summary>Writes the UTF-8 text and returns its length (at most 22 bytes).</summary>
    public static int Format(long ps, Span<byte> target)
    {
        int at = 0;
        if (ps < 0)
        {
            target[at++] = (byte)'-';
            ps = -ps;
        }
        long whole = ps / PsPerSecond;
        long rest = ps - (whole * PsPerSecond);
        whole.TryFormat(target[at..], out int digits, default, CultureInfo.InvariantCulture);
        at += digits;
        if (rest == 0)
            return at;
        target[at] = (byte)'.';
        SixDigits((uint)(rest / 1_000_000), target.Slice(at + 1, 6));
        SixDigits((uint)(rest % 1_000_000), target.Slice(at + 7, 6));
        at += 13;
        while (target[at - 1] == (byte)'0')
            at--;
        return at;
    }

    private static void SixDigits(uint value, Span<byte> target)
    {
        TwoDigits(value / 10_000, target);
        TwoDigits(value / 100 % 100, target[2..]);
        TwoDigits(value % 100, target[4..]);
    }

    private static void TwoDigits(uint value, Span<byte> target)
    {
        uint tens = value / 10;
        target[0] = (byte)('0' + tens);
        target[1] = (byte)('0' + value - (tens * 10));
    }
}
