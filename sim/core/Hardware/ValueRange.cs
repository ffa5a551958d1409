namespace ELLM.Sim.Hardware;

/// <summary>Numbers of a file that must lie in a range: wide enough for every device there will be, narrow enough that what is computed
/// from them is finite.</summary>
internal static class ValueRange
{
    /// <summary>Null when the value is in the range, ends included; NaN and infinities never are.</summary>
    public static CatalogFault? Fault(string key, double value, double least, double most) => value >= least && value <= most
        ? null
        : new CatalogFault(key, FormattableString.Invariant($"a number from {least} to {most}"), FormattableString.Invariant($"{value}"));
}
