using ELLM.Sim.Models;

namespace ELLM.Sim.Timing.Tables;

/// <summary>The in-engine kernel profiles of casys-kaist/LLMServingSim (2.0), one folder a tensor-parallel degree.</summary>
/// <remarks>
/// <para>Microseconds of one call in one layer. dense.csv: layer, tokens; <c>gate_up_proj</c> is gate and up together; <c>layernorm</c>
/// occurs twice a layer; rotary, activation and (Qwen3) qk_norm once; KV is written inside attention. per_sequence.csv: lm_head and
/// sampler over sequences. attention.csv: prefill_chunk, kv_prefill (cached), n_decode, kv_decode; rows of one kind have zeros in the
/// other's columns.</para>
/// <para>skew.csv: batches of unequal lengths, <see cref="SkewShares"/>; without it a batch is seen at its mean length.</para>
/// </remarks>
public static class ServingSimTables
{
    public static OperatorTables Read(string folder, ModelRank rank)
    {
        MeasuredCsv dense = MeasuredCsv.Read(MeasuredCsv.Find(folder, "dense.csv")!);
        Dictionary<string, Curve> layers = Curves(dense, "tokens");
        Curve Layer(string name) => layers.GetValueOrDefault(name)
            ?? throw new InputException(
                $"{dense.Path}: missing operator {name}; the table has {string.Join(", ", layers.Keys.Order(StringComparer.Ordinal))}");
        Plausibility.Check(dense.Path, "microseconds", layers.Values.Min(curve => curve.At(curve.First)));
        List<Curve> elementwise = [Layer("layernorm").Times(2), Layer("rotary_emb"), Layer("act_fn")];
        if (rank.Model.QkNorm)
            elementwise.Add(Layer("qk_norm"));
        OperatorTables tables = new()
        {
            Kind = "llmservingsim",
            Folder = folder,
            Qkv = Layer("qkv_proj"),
            Output = Layer("o_proj"),
            Up = Layer("gate_up_proj"),
            Down = Layer("down_proj"),
            Elementwise = Curve.Sum([.. elementwise]),
            Ends = Curve.Sum(Layer("embedding"), Layer("final_layernorm")),
        };
        if (MeasuredCsv.Find(folder, "per_sequence.csv") is string perSequence)
        {
            MeasuredCsv csv = MeasuredCsv.Read(perSequence);
            Dictionary<string, Curve> ends = Curves(csv, "sequences");
            foreach (string name in (string[])["lm_head", "sampler"])
            {
                if (!ends.ContainsKey(name))
                    throw new InputException(
                        $"{csv.Path}: missing operator {name}; the table has {string.Join(", ", ends.Keys.Order(StringComparer.Ordinal))}");
            }
            Plausibility.Check(csv.Path, "microseconds", ends.Values.Min(curve => curve.At(curve.First)));
            tables = tables with { LmHead = ends["lm_head"], Sampler = ends["sampler"] };
        }
        if (MeasuredCsv.Find(folder, "attention.csv") is string attention)
            tables = ReadAttention(tables, MeasuredCsv.Read(attention));
        if (MeasuredCsv.Find(folder, "skew.csv") is string skew)
            tables = tables with { Skew = SkewShares.Read(MeasuredCsv.Read(skew)) };
        if (rank.TensorParallel > 1 && MeasuredCsv.Find(folder, "allreduce.csv") is string allReduce)
            tables = tables with
            {
                AllReduce = ConfiguratorTables.ReadAllReduce(MeasuredCsv.Read(allReduce), rank.TensorParallel, "graph",
                [])
            };
        return tables;
    }

    private static Dictionary<string, Curve> Curves(MeasuredCsv csv, string variable)
    {
        csv.Require("layer", variable, "time_us");
        return Enumerable.Range(0, csv.Count)
            .GroupBy(row => csv.Text(row, "layer"), StringComparer.Ordinal)
            .ToDictionary(
                same => same.Key,
                same => Curve.Of(same.Select(row => ((double)csv.Whole(row, variable, 1), csv.Us(row, "time_us", 1)))),
                StringComparer.Ordinal);
    }

    private static OperatorTables ReadAttention(OperatorTables tables, MeasuredCsv csv)
    {
        csv.Require("prefill_chunk", "kv_prefill", "n_decode", "kv_decode", "time_us");
        List<(double Key, double X, double Us)> prefill = [];
        List<(double Key, double X, double Us)> decode = [];
        List<(double Chunk, double Cached, double Rows, double Kv, double Us)> mixed = [];
        double fastest = double.PositiveInfinity;
        for (int row = 0; row < csv.Count; row++)
        {
            long chunk = csv.Whole(row, "prefill_chunk");
            long cached = csv.Whole(row, "kv_prefill");
            long rows = csv.Whole(row, "n_decode");
            long kv = csv.Whole(row, "kv_decode");
            double us = csv.Us(row, "time_us", 1);
            fastest = Math.Min(fastest, us);
            if (chunk == 0 && rows == 0)
                throw InputException.At(csv.Path, csv.Line(row), "prefill_chunk or n_decode above zero", "both zero");
            if (chunk == 0)
                decode.Add((rows, kv, us));
            else if (rows == 0)
                prefill.Add((chunk, cached, us));
            else
                mixed.Add((chunk, cached, rows, kv, us));
        }
        Plausibility.Check(csv.Path, "microseconds", fastest);
        return tables with
        {
            Decode = decode.Count > 0
                ? new CurveFamily(decode)
                : throw new InputException($"{csv.Path}: missing operator: no decode-only row (prefill_chunk 0)"),
            Prefill = prefill.Count > 0
                ? new CurveFamily(prefill)
                : throw new InputException($"{csv.Path}: missing operator: no prefill-only row (n_decode 0)"),
            Mixed = mixed.Count > 0 ? new MixedTable(mixed) : null,
        };
    }
}
