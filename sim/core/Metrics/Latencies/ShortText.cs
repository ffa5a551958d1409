using System.Globalization;

namespace ELLM.Sim.Metrics.Latencies;

/// <summary>Numbers for people: three significant digits. Files hold the exact values.</summary>
public static class ShortText
{
    public static string Duration(double seconds) => seconds switch
    {
        0 => "0 s",
        < 0.0009995 => Number(seconds * 1e6) + " us",
        < 0.9995 => Number(seconds * 1e3) + " ms",
        < 9999.5 => Number(seconds) + " s",
        _ => Number(seconds / 3600) + " h",
    };

    public static string Number(double value) => value switch
    {
        >= 99.95 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 9.995 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}
