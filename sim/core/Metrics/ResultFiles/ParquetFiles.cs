using System.Globalization;
using System.Runtime.CompilerServices;
using CsvHelper;
using Parquet;
using Parquet.Schema;

namespace ELLM.Sim.Metrics.ResultFiles;

/// <summary>Writes requests.parquet and timeline.parquet: the columns of the CSV files, typed, for readers of data frames.</summary>
/// <remarks>
/// Seconds are doubles, the nearest to the exact decimal of the CSV; words are texts; everything else whole numbers. Empty fields are
/// nulls.
/// </remarks>
public static class ParquetFiles
{
    private const int GroupRows = 100_000;
    private static readonly string[] Tables = ["requests.csv", "timeline.csv"];

    /// <summary>The files of a run directory, and a Parquet file beside each table.</summary>
    public static IReadOnlyList<(string Name, Action<Stream> Write)> Beside(IReadOnlyList<(string Name, Action<Stream> Write)> files) =>
    [
        .. files,
        .. files.Where(f => Tables.Contains(Path.GetFileName(f.Name))).Select(f =>
            (Path.ChangeExtension(f.Name, ".parquet"), (Action<Stream>)(target => Convert(f.Write, target)))),
    ];

    private static void Convert(Action<Stream> write, Stream target)
    {
        using MemoryStream csv = new();
        write(csv);
        csv.Position = 0;
        // The library writes lengths and positions: it wants a stream that can seek, and result files are opened for writing once.
        using MemoryStream parquet = new();
        ConvertAsync(csv, parquet).GetAwaiter().GetResult();
        parquet.WriteTo(target);
    }

    private static async Task ConvertAsync(Stream csv, Stream target)
    {
        CsvReaderOptions plain = new() { Separator = ',', DetectSeparatorHint = false };
        using CsvReader reader = CsvReader.Create(csv, plain, leaveOpen: true);
        reader.ReadHeader();
        string[] names = [.. reader.Headers];
        DataField[] fields = [.. names.Select(Field)];
        ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), target).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable disposal = writer.ConfigureAwait(false);
        List<string>[] columns = [.. names.Select(_ => new List<string>())];
        while (true)
        {
            bool more = reader.Read();
            for (int i = 0; more && i < names.Length; i++)
                columns[i].Add(reader.GetString(i));
            if (more && columns[0].Count < GroupRows)
                continue;
            using (ParquetRowGroupWriter group = writer.CreateRowGroup())
            {
                for (int i = 0; i < names.Length; i++)
                    await WriteAsync(group, fields[i], columns[i]).ConfigureAwait(false);
            }
            if (!more)
                return;
            foreach (List<string> column in columns)
                column.Clear();
        }
    }

    private static DataField Field(string name) => name is "status" or "model" ? new DataField<string>(name)
        : name.EndsWith("_s", StringComparison.Ordinal) ? new DataField<double?>(name)
        : new DataField<long?>(name);

    private static async Task WriteAsync(ParquetRowGroupWriter group, DataField field, List<string> cells)
    {
        if (field.ClrType == typeof(double))
            await group.WriteAsync<double>(field, Numbers<double>(cells)).ConfigureAwait(false);
        else if (field.ClrType == typeof(long))
            await group.WriteAsync<long>(field, Numbers<long>(cells)).ConfigureAwait(false);
        else
            await group.WriteAsync(field, cells).ConfigureAwait(false);
    }

    private static T?[] Numbers<T>(List<string> cells)
        where T : struct, IParsable<T> =>
        [.. cells.Select(c => c.Length == 0 ? (T?)null : T.Parse(c, CultureInfo.InvariantCulture))];
}
