using System.Globalization;

namespace ELLM.Sim.Hardware;

/// <summary>What renting one GPU costs: a list price of one day, kept to rank deployments by, not to pay bills with.</summary>
/// <param name="UsdPerHour">US dollars an hour, on demand.</param>
/// <param name="AsOf">The day the price was listed, YYYY-MM-DD.</param>
/// <param name="Source">Who asks it, in words.</param>
public sealed record GpuPrice(double UsdPerHour, string AsOf, string Source)
{
    internal CatalogFault? Check()
    {
        if (ValueRange.Fault("usd_per_hour", UsdPerHour, 1e-6, 1e9) is { } wrong)
            return wrong;
        return DateOnly.TryParseExact(AsOf, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? null
            : new CatalogFault("as_of", "a date such as 2026-01-31", AsOf);
    }
}
