using System.Globalization;
using ELLM.Sim.Metrics.Latencies;
using ELLM.Sim.Numerics;
using ELLM.Sim.Time;

namespace ELLM.Sim.Cli.Tables;

/// <summary>Numbers for people: three significant digits and a unit. Files hold the exact values.</summary>
internal static class Words
{
    public const string Undefined = "-";

    public static string Duration(long ps) => ShortText.Duration(new SimTime(ps).Seconds);

    public static string Duration(Distribution d, Func<Distribution, long> part) => d.Count == 0 ? Undefined : Duration(part(d));

    public static string Rate(double? value) => value is double v ? ShortText.Number(v) : Undefined;

    public static string Dollars(double? usd) =>
        usd is double v ? v.ToString(v < 9.995 ? "0.00" : v < 99.95 ? "0.0" : "#,0", CultureInfo.InvariantCulture) : Undefined;

    public static string Percent(double? share) =>
        share is double s ? (s * 100).ToString("0.0", CultureInfo.InvariantCulture) + "%" : Undefined;

    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
