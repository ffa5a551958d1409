using System.Globalization;

namespace ELLM.Sim.Timing.Tables;

/// <summary>Catches a table in the wrong unit: times off by 1000.</summary>
/// <remarks>
/// The fastest kernel of any table takes between 0.2 us (below a launch) and 1000 us (the largest weights at one token: 1.8 GB
/// at 2 TB/s). A factor of 1000 leaves that range on either side.
/// </remarks>
public static class Plausibility
{
    public const double LeastUs = 0.2;

    public const double MostUs = 1000;

    /// <param name="path">The table.</param>
    /// <param name="unit">Unit the columns are read in: <c>milliseconds</c>.</param>
    /// <param name="fastestUs">Smallest time of the whole table, in microseconds as read.</param>
    public static void Check(string path, string unit, double fastestUs)
    {
        if (fastestUs is >= LeastUs and <= MostUs)
            return;
        string found = fastestUs.ToString("g4", CultureInfo.InvariantCulture);
        throw new InputException(
            $"{path}: values look off by 1000: read as {unit}, the fastest operator takes {found} us; expected "
                + $"{LeastUs.ToString(CultureInfo.InvariantCulture)} to {MostUs.ToString(CultureInfo.InvariantCulture)} us");
    }
}
