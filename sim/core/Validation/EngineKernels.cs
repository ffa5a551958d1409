using System.Globalization;
using ELLM.Sim.Models;
using ELLM.Sim.Timing;
using ELLM.Sim.Timing.Tables;

namespace ELLM.Sim.Validation;

/// <summary>Formulas against in-engine kernel times of casys-kaist/LLMServingSim: whole layers, attention with a cached prefix,
/// mixed batches.</summary>
internal static class EngineKernels
{
    public static IEnumerable<ValidationRow> Rows(ValidationContext context, string device, string profileName)
    {
        if (context.Find($"llmservingsim/kernels/{device}") is not string root)
        {
            yield return ValidationRow.Skipped($"{profileName}: in-engine kernels", $"no profiles/llmservingsim/kernels/{device}");
            yield break;
        }
        TimingProfile profile = TimingCatalog.Load(profileName);
        ErrorStatistics dense = new();
        ErrorStatistics decode = new();
        ErrorStatistics prefill = new();
        ErrorStatistics mixed = new();
        foreach (string path in Directory.EnumerateFiles(root, "dense.csv*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string folder = Path.GetDirectoryName(path)!;
            if (Rank(folder) is not { } rank)
                continue;
            OperatorTimes times = new(profile, rank, allReduceOptional: true);
            Layers(ServingSimTables.Read(folder, rank), times, dense);
            Attention(MeasuredCsv.Read(MeasuredCsv.Find(folder, "attention.csv")!), times, profile, decode, prefill, mixed);
        }
        yield return ValidationRow.Mape($"{profileName}: layer without attention, in engine", dense, null);
        yield return ValidationRow.Mape($"{profileName}: decode attention, in engine", decode, null);
        yield return ValidationRow.Mape($"{profileName}: prefill attention with a cached prefix, in engine", prefill, null);
        yield return ValidationRow.Mape($"{profileName}: attention of mixed batches, in engine", mixed, null);
    }

    /// <summary>HW/ORG/MODEL/bf16/tpN, for dense models of the catalog.</summary>
    private static ModelRank? Rank(string folder)
    {
        string[] parts = folder.Split(Path.DirectorySeparatorChar);
        string? name = ServingRun.MatchName(parts[^3], ModelCatalog.Names);
        bool exact = name is not null && string.Equals(parts[^3], name, StringComparison.OrdinalIgnoreCase);
        return exact && int.TryParse(parts[^1].AsSpan(2), out int degree) ? ModelCatalog.Load(name!).ForRank(degree) : null;
    }

    private static void Layers(OperatorTables tables, OperatorTimes times, ErrorStatistics errors)
    {
        foreach (double m in tables.Qkv!.Points)
        {
            OperatorPoint at = new((int)m);
            double ours = times.LayerLinear((int)m) - 2 * (times.Us(LayerOperator.AllReduce, at) ?? 0);
            double measured = tables.Qkv.At(m) + tables.Output!.At(m) + tables.Up!.At(m) + tables.Down!.At(m) + tables.Elementwise!.At(m);
            errors.Add(measured, ours, string.Create(CultureInfo.InvariantCulture, $"m {m}"));
        }
    }

    private static void Attention(
        MeasuredCsv csv, OperatorTimes times, TimingProfile profile, ErrorStatistics decode, ErrorStatistics prefill, ErrorStatistics mixed)
    {
        for (int row = 0; row < csv.Count; row++)
        {
            (int chunk, int cached) = ((int)csv.Whole(row, "prefill_chunk"), (int)csv.Whole(row, "kv_prefill"));
            (int rows, long kv) = ((int)csv.Whole(row, "n_decode"), csv.Whole(row, "kv_decode"));
            double us = csv.Us(row, "time_us", 1);
            string point = string.Create(CultureInfo.InvariantCulture, $"chunk {chunk} on {cached}, {rows} x {kv}");
            if (chunk == 0)
            {
                decode.Add(us, times.Decode(new DecodeBatch(rows, rows * kv, kv)), point);
                continue;
            }
            double alone = times.Prefill([new PrefillChunk(chunk, cached, true)]);
            if (rows == 0)
            {
                prefill.Add(us, alone, point);
                continue;
            }
            double beside = profile.MixedBatch.Mode == MixedBatchMode.SingleKernelFa2
                ? times.MixedPerSequence * rows + times.MixedPerContextToken * rows * kv
                : times.Decode(new DecodeBatch(rows, rows * kv, kv));
            mixed.Add(us, alone + beside, point);
        }
    }
}
