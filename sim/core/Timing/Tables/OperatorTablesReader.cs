using ELLM.Sim.Models;

namespace ELLM.Sim.Timing.Tables;

/// <summary>Reads a folder of measured operator tables as it is, whatever project wrote it.</summary>
/// <remarks>
/// <para>Layouts, told apart by file names (each plain or <c>.gz</c>):</para>
/// <list type="bullet">
/// <item><see cref="VidurTables"/>: mlp.csv, attention.csv, all_reduce.csv, send_recv.csv, in milliseconds.</item>
/// <item><see cref="ServingSimTables"/>: dense.csv, per_sequence.csv, attention.csv in tp1, tp2, …, in microseconds.</item>
/// <item><see cref="ConfiguratorTables"/>: gemm_bf16.csv or gemm_fp8.csv, attn_decode.csv, attn_prefill.csv, allreduce.csv by shape.</item>
/// <item><see cref="FlatTables"/>: operators.csv, this project's own.</item>
/// </list>
/// </remarks>
public static class OperatorTablesReader
{
    /// <param name="folder">The folder; a folder of tp1, tp2, … is entered.</param>
    /// <param name="rank">Whose operators are wanted.</param>
    /// <param name="fp8">8-bit products where a folder has both kinds.</param>
    /// <exception cref="InputException">The folder has no known layout, or one of its tables is faulty.</exception>
    public static OperatorTables Read(string folder, ModelRank rank, bool fp8 = false)
    {
        if (!Directory.Exists(folder))
            throw new InputException($"{folder}: no such folder of measured tables");
        string at = EnterDegree(folder, rank.TensorParallel);
        if (MeasuredCsv.Find(at, "operators.csv") is not null)
            return FlatTables.Read(at, rank);
        if (MeasuredCsv.Find(at, "dense.csv") is not null)
            return ServingSimTables.Read(at, rank);
        if (MeasuredCsv.Find(at, "gemm_bf16.csv") is not null || MeasuredCsv.Find(at, "gemm_fp8.csv") is not null
            || MeasuredCsv.Find(at, "attn_decode.csv") is not null)
            return ConfiguratorTables.Read(at, rank, fp8);
        if (MeasuredCsv.Find(at, "mlp.csv") is not null || MeasuredCsv.Find(at, "attention.csv") is not null
            || MeasuredCsv.Find(at, "all_reduce.csv") is not null)
            return VidurTables.Read(at, rank);
        string[] names = [.. Directory.EnumerateFileSystemEntries(at).Select(Path.GetFileName).OfType<string>()
            .Order(StringComparer.Ordinal).Take(6)];
        throw new InputException(
            $"{at}: expected mlp.csv, dense.csv, gemm_bf16.csv or operators.csv (plain or .gz), found "
                + $"{(names.Length == 0 ? "an empty folder" : string.Join(", ", names))}");
    }

    private static string EnterDegree(string folder, int degree)
    {
        string[] degrees = [.. Directory.EnumerateDirectories(folder, "tp*").Select(Path.GetFileName).OfType<string>()
            .Where(name => int.TryParse(name.AsSpan(2), out _)).Order(StringComparer.Ordinal)];
        if (degrees.Length > 0)
        {
            string wanted = $"tp{degree}";
            return degrees.Contains(wanted)
                ? Path.Combine(folder, wanted)
                : throw new InputException(
                    $"{folder}: tensor parallel {degree} was not measured; available: "
                        + $"{string.Join(", ", degrees.Select(name => name[2..]))}");
        }
        string own = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
        if (own.StartsWith("tp", StringComparison.Ordinal) && int.TryParse(own.AsSpan(2), out int measured) && measured != degree)
            throw new InputException($"{folder}: tensor parallel {degree} was not measured; available: {measured}");
        return folder;
    }
}
