using System.Globalization;
using CsvHelper;
using ELLM.Sim.Numerics;

namespace ELLM.Sim.Workload.Generators;

/// <summary>The shipped percentiles of token lengths: configs/workloads/length_quantiles.csv, one series a line.</summary>
public static class QuantileTables
{
    private const string Resource = "configs/workloads/length_quantiles.csv";

    private static readonly Lazy<(double[] Percentiles, Dictionary<string, double[]> Series)> Tables = new(Load);

    /// <summary>Percent, rising from 0 to 100: the columns of the table.</summary>
    public static double[] Percentiles => Tables.Value.Percentiles;

    public static IReadOnlyCollection<string> Names => Tables.Value.Series.Keys;

    /// <exception cref="InputException">No such series.</exception>
    public static double[] Get(string series) => Tables.Value.Series.TryGetValue(series, out double[]? values)
        ? values
        : throw new InputException(NearestName.Message("length table", series, Names));

    private static (double[] Percentiles, Dictionary<string, double[]> Series) Load()
    {
        Stream stream = typeof(QuantileTables).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not embedded");
        using CsvReader csv = CsvReader.Create(stream, new CsvReaderOptions { Separator = ',' });
        csv.ReadHeader();
        double[] percentiles = [.. csv.Headers.Skip(1).Select(name => double.Parse(name.AsSpan(1), CultureInfo.InvariantCulture))];
        Dictionary<string, double[]> series = new(StringComparer.Ordinal);
        while (csv.Read())
        {
            double[] values = new double[percentiles.Length];
            for (int i = 0; i < values.Length; i++)
                values[i] = csv.Parse<double>(i + 1);
            series.Add(csv.GetString(0), values);
        }
        return (percentiles, series);
    }
}
