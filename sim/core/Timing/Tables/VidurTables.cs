using System.Globalization;
using ELLM.Sim.Models;

namespace ELLM.Sim.Timing.Tables;

/// <summary>The profiling CSVs of microsoft/vidur and its forks.</summary>
/// <remarks>
/// <para>Times are the medians <c>time_stats.OP.median</c> in milliseconds, one kernel call of one layer and rank. mlp.csv is keyed by
/// num_tokens and num_tensor_parallel_workers; heads, widths and vocabulary in it are the whole model's. <c>mlp_up_proj</c> is gate and
/// up together when use_gated_mlp. Element-wise of a layer: input_layernorm, post_attention_layernorm (absent in parallel-residual
/// models), attn_rope, mlp_act, and the residual <c>add</c> once for each of the two.</para>
/// <para>attention.csv: batch_size, prefill_chunk_size, kv_cache_size (cached tokens of each sequence), is_prefill. Network tables:
/// <c>size</c> in bytes, num_workers, devices_per_node. They hold no LM head, sampler or host time.</para>
/// <para>Repeated points become their median; a message slower by 40 % than a larger one is a glitch and is dropped.</para>
/// </remarks>
public static class VidurTables
{
    /// <summary>A message above this multiple of a larger one's time is a glitch.</summary>
    public const double GlitchFactor = 1.4;

    private const double Milliseconds = 1000;

    public static OperatorTables Read(string folder, ModelRank rank)
    {
        List<string> notes = [];
        OperatorTables tables = new() { Kind = "vidur", Folder = folder, Notes = notes };
        if (MeasuredCsv.Find(folder, "mlp.csv") is string mlp)
            tables = ReadMlp(tables, MeasuredCsv.Read(mlp), rank, notes);
        if (MeasuredCsv.Find(folder, "attention.csv") is string attention)
            tables = ReadAttention(tables, MeasuredCsv.Read(attention), rank);
        if (rank.TensorParallel > 1 && MeasuredCsv.Find(folder, "all_reduce.csv") is string allReduce)
            tables = tables with { AllReduce = ReadNetwork(MeasuredCsv.Read(allReduce), "all_reduce", rank.TensorParallel, null, notes) };
        if (MeasuredCsv.Find(folder, "send_recv.csv") is string sendRecv)
            tables = tables with { SendRecv = ReadNetwork(MeasuredCsv.Read(sendRecv), "send_recv", 2, null, notes) };
        return tables;
    }

    /// <summary>A collective over bytes for that many workers, all on one node unless told otherwise.</summary>
    public static Curve ReadNetwork(MeasuredCsv csv, string collective, int workers, int? devicesPerNode, List<string> notes)
    {
        string time = $"time_stats.{collective}.median";
        csv.Require(time, "size", "num_workers", "devices_per_node");
        List<(double X, double Us)> points = [];
        SortedSet<long> known = [];
        double fastest = double.PositiveInfinity;
        int perNode = devicesPerNode ?? workers;
        for (int row = 0; row < csv.Count; row++)
        {
            double us = csv.Us(row, time, Milliseconds);
            fastest = Math.Min(fastest, us);
            known.Add(csv.Whole(row, "num_workers", 1));
            if (csv.Whole(row, "num_workers", 1) == workers && csv.Whole(row, "devices_per_node", 1) == perNode)
                points.Add((csv.Whole(row, "size", 1), us));
        }
        Plausibility.Check(csv.Path, "milliseconds", fastest);
        if (points.Count == 0)
            throw new InputException($"{csv.Path}: {workers} workers on one node were not measured; available: {string.Join(", ", known)}");
        Curve curve = Curve.Of(points).WithoutGlitches(GlitchFactor, out int dropped);
        if (dropped > 0)
            notes.Add(
                string.Create(CultureInfo.InvariantCulture,
                    $"{Path.GetFileName(csv.Path)}: {dropped} of {curve.Count + dropped} sizes dropped: slower by 40 % than a larger "
                        + $"message"));
        return curve;
    }

    /// <summary>One operator over tokens at one degree.</summary>
    public static Curve ReadOperator(MeasuredCsv csv, string name, int degree)
    {
        string column = $"time_stats.{name}.median";
        csv.Require(column, "num_tokens", "num_tensor_parallel_workers");
        List<(double X, double Us)> points = [];
        for (int row = 0; row < csv.Count; row++)
        {
            if (csv.Whole(row, "num_tensor_parallel_workers", 1) == degree)
                points.Add((csv.Whole(row, "num_tokens", 1), csv.Us(row, column, Milliseconds)));
        }
        return points.Count > 0 ? Curve.Of(points) : throw NotMeasured(csv, degree);
    }

    private static OperatorTables ReadMlp(OperatorTables tables, MeasuredCsv csv, ModelRank rank, List<string> notes)
    {
        foreach (string name in (string[])["attn_pre_proj", "attn_post_proj", "mlp_up_proj", "mlp_down_proj", "input_layernorm",
            "attn_rope", "mlp_act", "add", "emb"])
            csv.Require($"time_stats.{name}.median");
        csv.Require("num_tokens", "num_tensor_parallel_workers", "n_head", "n_kv_head", "n_embd", "n_expanded_embd", "use_gated_mlp");
        CheckShape(csv, rank.Model);
        int degree = rank.TensorParallel;
        Curve Read(string name) => ReadOperator(csv, name, degree);
        bool serial = csv.Has("time_stats.post_attention_layernorm.median")
            && csv.Text(0, "time_stats.post_attention_layernorm.median").Length > 0;
        Curve input = Read("input_layernorm");
        List<Curve> elementwise = [input, Read("attn_rope"), Read("mlp_act"), serial ? Read("add").Times(2) : Read("add")];
        if (serial)
            elementwise.Add(Read("post_attention_layernorm"));
        Curve all = Curve.Sum([.. elementwise]);
        Curve up = Read("mlp_up_proj");
        Plausibility.Check(csv.Path, "milliseconds", Math.Min(input.At(input.First), up.At(up.First)));
        int rows = Enumerable.Range(0, csv.Count).Count(row => csv.Whole(row, "num_tensor_parallel_workers", 1) == degree);
        if (rows > up.Count)
            notes.Add(
                string.Create(CultureInfo.InvariantCulture,
                    $"{Path.GetFileName(csv.Path)}: {rows - up.Count} repeated token counts became their median"));
        return tables with
        {
            Qkv = Read("attn_pre_proj"),
            Output = Read("attn_post_proj"),
            Up = up,
            Down = Read("mlp_down_proj"),
            Elementwise = all,
            Ends = Curve.Sum(Read("emb"), input),
        };
    }

    private static void CheckShape(MeasuredCsv csv, ModelSpec model)
    {
        (string Column, long Ours)[] same = [("n_head", model.QHeads), ("n_kv_head", model.KvHeads), ("n_embd", model.Hidden),
            ("n_expanded_embd", model.Ffn)];
        foreach ((string column, long ours) in same)
        {
            long theirs = csv.Whole(0, column, 1);
            if (theirs != ours)
                throw InputException.At(csv.Path, csv.Line(0), $"tables of {model.Name} ({column} {ours})", $"{column} {theirs}");
        }
        bool gated = csv.Text(0, "use_gated_mlp") is "True" or "true" or "1";
        if (gated != model.Gated)
            throw InputException.At(csv.Path, csv.Line(0), $"tables of {model.Name} (use_gated_mlp {model.Gated})",
                $"use_gated_mlp {gated}");
    }

    private static OperatorTables ReadAttention(OperatorTables tables, MeasuredCsv csv, ModelRank rank)
    {
        csv.Require("time_stats.attn_prefill.median", "time_stats.attn_decode.median", "batch_size", "prefill_chunk_size", "kv_cache_size",
            "is_prefill", "num_tensor_parallel_workers", "n_q_head", "n_kv_head");
        List<(double Key, double X, double Us)> prefill = [];
        List<(double Key, double X, double Us)> decode = [];
        double fastest = double.PositiveInfinity;
        bool degree = false;
        for (int row = 0; row < csv.Count; row++)
        {
            if (csv.Whole(row, "num_tensor_parallel_workers", 1) != rank.TensorParallel)
                continue;
            if (!degree)
                CheckHeads(csv, row, rank.Model);
            degree = true;
            bool isPrefill = csv.Text(row, "is_prefill") is "True" or "true" or "1";
            double us = csv.Us(row, isPrefill ? "time_stats.attn_prefill.median" : "time_stats.attn_decode.median", Milliseconds);
            fastest = Math.Min(fastest, us);
            long cached = csv.Whole(row, "kv_cache_size");
            if (!isPrefill)
                decode.Add((csv.Whole(row, "batch_size", 1), cached + 1, us));
            else if (csv.Whole(row, "batch_size", 1) == 1)
                prefill.Add((csv.Whole(row, "prefill_chunk_size", 1), cached, us));
        }
        if (!degree)
            throw NotMeasured(csv, rank.TensorParallel);
        Plausibility.Check(csv.Path, "milliseconds", fastest);
        return tables with
        {
            Decode = decode.Count > 0
                ? new CurveFamily(decode)
                : throw new InputException($"{csv.Path}: missing operator attn_decode: every row is a prefill"),
            Prefill = prefill.Count > 0
                ? new CurveFamily(prefill)
                : throw new InputException($"{csv.Path}: missing operator attn_prefill: no prefill row of batch 1"),
        };
    }

    private static void CheckHeads(MeasuredCsv csv, int row, ModelSpec model)
    {
        foreach ((string column, long ours) in (ReadOnlySpan<(string, long)>)[("n_q_head", model.QHeads), ("n_kv_head", model.KvHeads)])
        {
            long theirs = csv.Whole(row, column, 1);
            if (theirs != ours)
                throw InputException.At(csv.Path, csv.Line(row), $"tables of {model.Name} ({column} {ours})", $"{column} {theirs}");
        }
    }

    private static InputException NotMeasured(MeasuredCsv csv, int degree)
    {
        SortedSet<long> known = [.. Enumerable.Range(0, csv.Count).Select(row => csv.Whole(row, "num_tensor_parallel_workers", 1))];
        return new InputException($"{csv.Path}: tensor parallel {degree} was not measured; available: {string.Join(", ", known)}");
    }
}
