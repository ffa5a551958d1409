using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>A table of percentiles, interpolated linearly between its entries, geometrically in the last step.</summary>
/// <remarks>The last step of a long tail spans a factor of ten or more: a straight line there would double the mean.</remarks>
/// <param name="Table">A series of the shipped table (<see cref="QuantileTables"/>), or null when the table is given here.</param>
/// <param name="Percentiles">Rising from 0 to 100.</param>
/// <param name="Values">Tokens at each percentile, never falling.</param>
public sealed record QuantileLengths(string? Table = null, double[]? Percentiles = null, double[]? Values = null) : LengthSpec
{
    private double[]? _percentiles;
    private double[]? _values;

    internal override double Draw(RandomStream random)
    {
        if (_values is null)
            Resolve("quantiles");
        return Interpolate(_percentiles!, _values!, random.NextDouble() * 100);
    }

    internal override void Check(string where) => Resolve(where);

    private static double Interpolate(double[] percentiles, double[] values, double at)
    {
        int high = Array.BinarySearch(percentiles, at);
        if (high >= 0)
            return values[high];
        high = ~high;
        if (high >= values.Length)
            return values[^1];
        if (high == 0)
            return values[0];
        double share = (at - percentiles[high - 1]) / (percentiles[high] - percentiles[high - 1]);
        if (high == values.Length - 1 && values[high - 1] > 0)
            return values[high - 1] * DeterministicMath.Pow(values[high] / values[high - 1], share);
        return values[high - 1] + share * (values[high] - values[high - 1]);
    }

    private void Resolve(string where)
    {
        if (Table is null == (Percentiles is null || Values is null))
            throw new InputException($"{where}: give either table, or percentiles and values");
        double[] percentiles = Table is null ? Percentiles! : QuantileTables.Percentiles;
        double[] values = Table is null ? Values! : QuantileTables.Get(Table);
        if (values.Length != percentiles.Length || values.Length < 2 || percentiles[0] != 0 || percentiles[^1] != 100)
            throw new InputException($"{where}: percentiles must run from 0 to 100 with one value each");
        for (int i = 1; i < values.Length; i++)
        {
            if (!(percentiles[i] > percentiles[i - 1]) || !(values[i] >= values[i - 1]))
                throw new InputException($"{where}: percentiles must rise and values must not fall");
        }
        (_percentiles, _values) = (percentiles, values);
    }
}
