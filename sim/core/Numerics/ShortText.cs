using System.Globalization;

namespace ELLM.Sim.Numerics;

/// <summary>Numbers for people, in texts and tables. Files hold the exact values.</summary>
public static class ShortText
{
    /// <summary>Three significant digits and a unit.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        0 => "0 s",
        < 0.0009995 => Number(seconds * 1e6) + " us",
        < 0.9995 => Number(seconds * 1e3) + " ms",
        < 9999.5 => Number(seconds) + " s",
        _ => Number(seconds / 3600) + " h",
    };

    /// <summary>Three significant digits, two decimals at most.</summary>
    public static string Number(double value) => value switch
    {
        >= 99.95 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 9.995 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    /// <summary>As many of three decimals as are not zero.</summary>
    public static string Decimals(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>Bytes as <c>12.34 GiB</c>.</summary>
    public static string Gib(long bytes) => (bytes / (double)(1L << 30)).ToString("0.00", CultureInfo.InvariantCulture) + " GiB";
}
