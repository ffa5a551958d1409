using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Parquet;
using Parquet.Schema;

namespace ELLM.Sim.Files;

/// <summary>A Parquet file as the CSV text that holds the same rows, so that one reader knows every layout.</summary>
/// <remarks>
/// Columns of numbers, texts, booleans and times are taken, nested ones and bytes are not. Fractions keep twelve digits: a picosecond
/// of a second. A null is an empty field.
/// </remarks>
public static class ParquetText
{
    /// <summary>The first bytes of every Parquet file.</summary>
    public static ReadOnlySpan<byte> Magic => "PAR1"u8;

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InputException">It is damaged, or has no column that is read.</exception>
    public static MemoryStream Of(string path)
    {
        try
        {
            return ReadAsync(path).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is not (InputException or OutOfMemoryException))
        {
            // The library throws what its decoders throw: of a damaged file anything.
            throw new InputException($"{path}: a Parquet file that cannot be read: {e.Message.Split('\n')[0].TrimEnd('\r')}", e);
        }
    }

    private static async Task<MemoryStream> ReadAsync(string path)
    {
        ParquetReader reader = await ParquetReader.CreateAsync(path).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable disposal = reader.ConfigureAwait(false);
        DataField[] fields = [.. reader.Schema.DataFields.Where(f => !f.IsArray && f.Path.Length == 1 && Formats.ContainsKey(f.ClrType))];
        if (fields.Length == 0)
            throw new InputException($"{path}: a Parquet file without a column of numbers or texts");
        MemoryStream text = new();
        UTF8Encoding utf8 = new(encoderShouldEmitUTF8Identifier: false);
        using (StreamWriter writer = new(text, utf8, 1 << 16, leaveOpen: true) { NewLine = "\n" })
        {
            await writer.WriteLineAsync(string.Join(',', fields.Select(f => Quoted(f.Name)))).ConfigureAwait(false);
            foreach (ParquetRowGroupReader group in reader.RowGroups)
            {
                string[][] columns = new string[fields.Length][];
                for (int i = 0; i < fields.Length; i++)
                    columns[i] = await Formats[fields[i].ClrType](group, fields[i]).ConfigureAwait(false);
                for (long row = 0; row < group.RowCount; row++)
                    await writer.WriteLineAsync(string.Join(',', columns.Select(c => c[row]))).ConfigureAwait(false);
            }
        }
        text.Position = 0;
        return text;
    }

    private static readonly Dictionary<Type, Func<ParquetRowGroupReader, DataField, Task<string[]>>> Formats = new()
    {
        [typeof(bool)] = (g, f) => Column<bool>(g, f, v => v ? "true" : "false"),
        [typeof(byte)] = (g, f) => Column<byte>(g, f, v => v.ToString(CultureInfo.InvariantCulture)),
        [typeof(sbyte)] = (g, f) => Column<sbyte>(g, f, v => v.ToString(CultureInfo.InvariantCulture)),
        [typeof(short)] = (g, f) => Column<short>(g, f, v => v.ToString(CultureInfo.InvariantCulture)),
        [typeof(ushort)] = (g, f) => Column<ushort>(g, f, v => v.ToString(CultureInfo.InvariantCulture)),
        [typeof(int)] = (g, f) => Column<int>(g, f, v => v.ToString(CultureInfo.InvariantCulture)),
        [typeof(uint)] = (g, f) => Column<uint>(g, f, v => v.ToString(CultureInfo.InvariantCulture)),
        [typeof(long)] = (g, f) => Column<long>(g, f, v => v.ToString(CultureInfo.InvariantCulture)),
        [typeof(ulong)] = (g, f) => Column<ulong>(g, f, v => v.ToString(CultureInfo.InvariantCulture)),
        [typeof(float)] = (g, f) => Column<float>(g, f, v => Fraction(v)),
        [typeof(double)] = (g, f) => Column<double>(g, f, Fraction),
        [typeof(decimal)] = (g, f) => Column<decimal>(g, f, v => v.ToString(CultureInfo.InvariantCulture)),
        [typeof(DateTime)] = (g, f) => Column<DateTime>(g, f, v => v.ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture)),
        [typeof(ReadOnlyMemory<char>)] = async (g, f) =>
        {
            string?[] values = new string?[g.RowCount];
            await g.ReadAsync(f, values.AsMemory()!).ConfigureAwait(false);
            return Array.ConvertAll(values, v => Quoted(v ?? ""));
        },
    };

    private static async Task<string[]> Column<T>(ParquetRowGroupReader group, DataField field, Func<T, string> format)
        where T : struct
    {
        if (!field.IsNullable)
        {
            T[] all = new T[group.RowCount];
            await group.ReadAsync(field, all.AsMemory()).ConfigureAwait(false);
            return Array.ConvertAll(all, v => format(v));
        }
        T?[] values = new T?[group.RowCount];
        await group.ReadAsync(field, values.AsMemory()).ConfigureAwait(false);
        return Array.ConvertAll(values, v => v is T value ? format(value) : "");
    }

    /// <summary>Without an exponent, which no layout of a trace has. What is not finite is refused by its reader.</summary>
    private static string Fraction(double value) =>
        value.ToString(double.IsFinite(value) ? "0.############" : "R", CultureInfo.InvariantCulture);

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\n\r") < 0 ? text
        : "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal).ReplaceLineEndings(" ") + "\"";
}
