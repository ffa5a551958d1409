using System.Globalization;
using ELLM.Sim.Metrics;
using ELLM.Sim.Time;

namespace ELLM.Sim.Cli;

/// <summary>Numbers for people: three significant digits and a unit. Files hold the exact values.</summary>
internal static class Words
{
    public const string Undefined = "-";

    public static string Duration(long ps)
    {
        double seconds = new SimTime(ps).Seconds;
        return seconds switch
        {
            0 => "0 s",
            < 0.0009995 => Three(seconds * 1e6) + " us",
            < 0.9995 => Three(seconds * 1e3) + " ms",
            < 9999.5 => Three(seconds) + " s",
            _ => Three(seconds / 3600) + " h",
        };
    }

    public static string Duration(Distribution d, Func<Distribution, long> part) => d.Count == 0 ? Undefined : Duration(part(d));

    public static string Rate(double? value) => value is double v ? Three(v) : Undefined;

    public static string Dollars(double? usd) => usd is double v ? v.ToString(v < 9.995 ? "0.00" : v < 99.95 ? "0.0" : "#,0", CultureInfo.InvariantCulture) : Undefined;

    public static string Percent(double? share) =>
        share is double s ? (s * 100).ToString("0.0", CultureInfo.InvariantCulture) + "%" : Undefined;

    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Gib(long bytes) => (bytes / (double)(1L << 30)).ToString("0.00", CultureInfo.InvariantCulture) + " GiB";

    private static string Three(double value) => value switch
    {
        >= 99.95 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 9.995 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}
