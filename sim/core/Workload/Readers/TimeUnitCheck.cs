using ELLM.Sim.Time;

namespace ELLM.Sim.Workload.Readers;

/// <summary>Whether a file's times can be of a unit, judged by the rate they give and their fractions.</summary>
/// <remarks>
/// A unit fits when the mean rate lies between 1e-4 and 1e5 requests/s and, for units below the second, no time has a fraction. A
/// layout's own unit is taken when it fits; else the one unit that does. Never a guess: where none or several fit, the user is asked.
/// </remarks>
internal sealed class TimeUnitCheck(string path, RequestRows rows)
{
    private const double LeastRate = 1e-4;
    private const double MostRate = 1e5;

    // Two rows have one gap, which says nothing about a rate.
    private const int FewestRows = 3;

    /// <summary>The unit to read the file with, given the one it was read with.</summary>
    /// <param name="read">Unit of this reading.</param>
    /// <param name="own">Whether the layout states that unit, so that it is right as long as it fits.</param>
    /// <exception cref="InputException">No unit or several fit.</exception>
    public TimeKind Decide(TimeKind read, bool own)
    {
        double? units = UnitsPerRequest(read);
        if (units is null || (own && Fits(read, units.Value)))
            return read;
        TimeKind[] fitting = [.. TimeKinds.Units.Where(unit => Fits(unit, units.Value))];
        if (fitting.Length == 1)
            return fitting[0];
        string why = fitting.Length == 0 ? "none gives" : $"{string.Join(", ", fitting.Select(TimeKinds.Describe))} all give";
        throw new InputException(
            $"{path}: the unit of its times is not known: {why} a rate between 1e-4 and 1e5 requests/s; state it with --time-unit s, ms, "
                + $"us or ns");
    }

    /// <summary>A stated unit must give a rate that a server can have.</summary>
    /// <exception cref="InputException">It does not.</exception>
    public void Check(TimeKind stated)
    {
        if (UnitsPerRequest(stated) is double units && Rate(stated, units) is double rate && !(rate is >= LeastRate and <= MostRate))
        {
            throw new InputException(FormattableString.Invariant(
                $"{path}: --time-unit {TimeKinds.Describe(stated)}: expected a unit that gives 1e-4 to 1e5 requests/s, found {rate:g3}"));
        }
    }

    private bool Fits(TimeKind unit, double units) =>
        (unit == TimeKind.Seconds || !rows.HasFractions) && Rate(unit, units) is >= LeastRate and <= MostRate;

    private static double Rate(TimeKind unit, double units) => 1 / (units * SecondsOf(unit));

    /// <summary>Mean gap between requests in units of the column; null when there is no rate to judge by.</summary>
    private double? UnitsPerRequest(TimeKind read)
    {
        if (rows.Count + rows.BeyondClock < FewestRows || rows.SpanPs == 0)
            return null;
        return (double)rows.SpanPs / SimTime.PsPerSecond / SecondsOf(read) / (rows.Count + rows.BeyondClock - 1);
    }

    private static double SecondsOf(TimeKind unit) => unit switch
    {
        TimeKind.Milliseconds => 1e-3,
        TimeKind.Microseconds => 1e-6,
        TimeKind.Nanoseconds => 1e-9,
        _ => 1,
    };
}
