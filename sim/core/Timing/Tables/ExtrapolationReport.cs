using System.Globalization;

namespace ELLM.Sim.Timing.Tables;

/// <summary>Which measured tables a run went beyond, and how far: flagged in the results.</summary>
/// <remarks>Only extremes are kept, so the report is the same whatever the order or number of threads.</remarks>
public sealed class ExtrapolationReport
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, (double Low, double High, double First, double Last)> _beyond = new(StringComparer.Ordinal);

    public bool Any
    {
        get
        {
            lock (_gate)
                return _beyond.Count > 0;
        }
    }

    /// <summary>One line an operator.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
                return [.. _beyond.Select(one => Line(one.Key, one.Value))];
        }
    }

    /// <summary>A value was asked for at <paramref name="at"/>, outside the measured range; inside is ignored.</summary>
    /// <param name="what">Operator and variable: <c>decode attention, KV length</c>.</param>
    internal void Note(string what, double at, double first, double last)
    {
        if (at >= first && at <= last)
            return;
        lock (_gate)
        {
            bool known = _beyond.TryGetValue(what, out (double Low, double High, double First, double Last) extreme);
            _beyond[what] = known
                ? (Math.Min(extreme.Low, at), Math.Max(extreme.High, at), first, last)
                : (Math.Min(first, at), Math.Max(last, at), first, last);
        }
    }

    private static string Line(string what, (double Low, double High, double First, double Last) one)
    {
        string reached = one.High > one.Last ? $"up to {Text(one.High)}" : $"down to {Text(one.Low)}";
        return $"extrapolated by the analytic shape: {what} {reached}, measured {Text(one.First)} to {Text(one.Last)}";
    }

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
