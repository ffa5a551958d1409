using System.Globalization;
using ELLM.Sim.Models;

namespace ELLM.Sim.Timing.Tables;

/// <summary>Tables by shape, as ai-dynamo/aiconfigurator measures them: any model whose shapes lie within the grid.</summary>
/// <remarks>
/// <para>gemm_bf16.csv, gemm_fp8.csv (dynamic quantisation included): m, n, k. attn_decode.csv: batch, new_tokens (1), cached (so the
/// length is one more), q_heads and kv_heads of this rank, head size 128, kv_dtype. attn_prefill.csv: the same with cached 0 throughout;
/// rows of batch 1 are used. allreduce.csv: num_gpus, mode (graph or eager), bytes.</para>
/// <para>Times are <c>latency_us</c>, or <c>latency_ms</c>. A column <c>message_size</c> counts 16-bit elements and is doubled; a column
/// <c>bytes</c> counts bytes.</para>
/// </remarks>
public static class ConfiguratorTables
{
    public static OperatorTables Read(string folder, ModelRank rank, bool fp8)
    {
        List<string> notes = [];
        OperatorTables tables = new() { Kind = "aiconfigurator", Folder = folder, Notes = notes };
        if (MeasuredCsv.Find(folder, fp8 ? "gemm_fp8.csv" : "gemm_bf16.csv") is string gemm)
            tables = WithProducts(tables, gemm, rank);
        if (MeasuredCsv.Find(folder, "attn_decode.csv") is string decode)
            tables = tables with { Decode = ReadAttention(MeasuredCsv.Read(decode), rank, decode: true) };
        if (MeasuredCsv.Find(folder, "attn_prefill.csv") is string prefill)
            tables = tables with { Prefill = ReadAttention(MeasuredCsv.Read(prefill), rank, decode: false) };
        if (rank.TensorParallel > 1 && MeasuredCsv.Find(folder, "allreduce.csv") is string allReduce)
            tables = tables with { AllReduce = ReadAllReduce(MeasuredCsv.Read(allReduce), rank.TensorParallel, "graph", notes) };
        return tables;
    }

    public static GemmGrid ReadGemm(MeasuredCsv csv)
    {
        (string time, double unit) = TimeColumn(csv);
        csv.Require("m", "n", "k");
        List<(double M, double N, double K, double Us)> points = new(csv.Count);
        double fastest = double.PositiveInfinity;
        for (int row = 0; row < csv.Count; row++)
        {
            double us = csv.Us(row, time, unit);
            fastest = Math.Min(fastest, us);
            points.Add((csv.Whole(row, "m", 1), csv.Whole(row, "n", 1), csv.Whole(row, "k", 1), us));
        }
        Plausibility.Check(csv.Path, Unit(unit), fastest);
        return new GemmGrid(points);
    }

    /// <summary>One all-reduce over bytes.</summary>
    public static Curve ReadAllReduce(MeasuredCsv csv, int gpus, string mode, List<string> notes)
    {
        (string time, double unit) = TimeColumn(csv);
        bool elements = !csv.Has("bytes") && csv.Has("message_size");
        string size = elements ? "message_size" : "bytes";
        csv.Require(size, "num_gpus");
        List<(double X, double Us)> points = [];
        SortedSet<long> known = [];
        double fastest = double.PositiveInfinity;
        for (int row = 0; row < csv.Count; row++)
        {
            if (csv.Has("mode") && csv.Text(row, "mode") != mode)
                continue;
            double us = csv.Us(row, time, unit);
            fastest = Math.Min(fastest, us);
            known.Add(csv.Whole(row, "num_gpus", 1));
            if (csv.Whole(row, "num_gpus", 1) == gpus)
                points.Add((csv.Whole(row, size, 1) * (elements ? 2.0 : 1.0), us));
        }
        if (points.Count == 0)
            throw new InputException(
                $"{csv.Path}: an all-reduce of {gpus} GPUs ({mode}) was not measured; available: {string.Join(", ", known)}");
        Plausibility.Check(csv.Path, Unit(unit), fastest);
        Curve curve = Curve.Of(points).WithoutGlitches(VidurTables.GlitchFactor, out int dropped);
        if (dropped > 0)
            notes.Add(
                string.Create(CultureInfo.InvariantCulture,
                    $"{Path.GetFileName(csv.Path)}: {dropped} sizes dropped: slower by 40 % than a larger message"));
        return curve;
    }

    private static OperatorTables WithProducts(OperatorTables tables, string path, ModelRank rank)
    {
        GemmGrid grid = ReadGemm(MeasuredCsv.Read(path));
        Curve Shape(double n, double k) => grid.Shape(n, k)
            ?? throw new InputException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{path}: missing operator: the product with n {n}, k {k} of {rank.Model.Name} lies outside the measured shapes"));
        double hidden = rank.Model.Hidden;
        return tables with
        {
            Qkv = Shape(rank.QkvWidth, hidden),
            Output = Shape(hidden, (double)rank.QHeads * rank.Model.HeadDim),
            Up = Shape(rank.UpWidth, hidden),
            Down = Shape(hidden, rank.Ffn),
        };
    }

    private static CurveFamily ReadAttention(MeasuredCsv csv, ModelRank rank, bool decode)
    {
        (string time, double unit) = TimeColumn(csv);
        csv.Require("batch", "new_tokens", "cached", "q_heads", "kv_heads");
        List<(double Key, double X, double Us)> points = [];
        SortedSet<(long, long)> known = [];
        double fastest = double.PositiveInfinity;
        for (int row = 0; row < csv.Count; row++)
        {
            double us = csv.Us(row, time, unit);
            fastest = Math.Min(fastest, us);
            (long q, long kv) = (csv.Whole(row, "q_heads", 1), csv.Whole(row, "kv_heads", 1));
            known.Add((q, kv));
            if (q != rank.QHeads || kv != rank.KvHeads || (csv.Has("kv_dtype") && csv.Text(row, "kv_dtype") != "bfloat16"))
                continue;
            long batch = csv.Whole(row, "batch", 1);
            if (decode)
                points.Add((batch, csv.Whole(row, "cached") + 1, us));
            else if (batch == 1)
                points.Add((csv.Whole(row, "new_tokens", 1), csv.Whole(row, "cached"), us));
        }
        Plausibility.Check(csv.Path, Unit(unit), fastest);
        return points.Count > 0
            ? new CurveFamily(points)
            : throw new InputException(
                $"{csv.Path}: missing operator: attention of {rank.QHeads} query and {rank.KvHeads} KV heads was not measured "
                    + $"({known.Count} other pairs were)");
    }

    private static (string Column, double UnitUs) TimeColumn(MeasuredCsv csv)
    {
        if (csv.Has("latency_us"))
            return ("latency_us", 1);
        if (csv.Has("latency_ms"))
            return ("latency_ms", 1000);
        throw new InputException($"{csv.Path}: missing operator or column latency_us (or latency_ms)");
    }

    private static string Unit(double unitUs) => unitUs == 1 ? "microseconds" : "milliseconds";
}
