using ELLM.Sim.Models;

namespace ELLM.Sim.Timing.Tables;

/// <summary>This project's own flat table: one file, one row a measurement.</summary>
/// <remarks>
/// operators.csv: <c>operator,tp,x,y,time_us</c> (or time_ms). x is tokens for qkv_proj, o_proj, up_proj (gate and up together),
/// down_proj, elementwise (all of a layer), ends (embedding and final norm); sequences for lm_head and sampler; rows for attn_decode
/// with y their KV length; the chunk for attn_prefill with y the cached tokens; bytes for all_reduce and send_recv. y is 0 elsewhere.
/// </remarks>
public static class FlatTables
{
    /// <summary>The operators in the order they are written.</summary>
    public static IReadOnlyList<string> Operators { get; } =
        ["qkv_proj", "o_proj", "up_proj", "down_proj", "elementwise", "ends", "lm_head", "sampler", "attn_decode", "attn_prefill",
            "all_reduce", "send_recv"];

    public static OperatorTables Read(string folder, ModelRank rank)
    {
        MeasuredCsv csv = MeasuredCsv.Read(MeasuredCsv.Find(folder, "operators.csv")!);
        bool us = csv.Has("time_us");
        csv.Require("operator", "tp", "x", "y", us ? "time_us" : "time_ms");
        Dictionary<string, List<(double X, double Y, double Us)>> points = [];
        SortedSet<long> degrees = [];
        double fastest = double.PositiveInfinity;
        for (int row = 0; row < csv.Count; row++)
        {
            string name = csv.Text(row, "operator");
            if (!Operators.Contains(name, StringComparer.Ordinal))
                throw InputException.At(csv.Path, csv.Line(row), $"an operator ({string.Join(", ", Operators)})", $"'{name}'");
            double time = csv.Us(row, us ? "time_us" : "time_ms", us ? 1 : 1000);
            fastest = Math.Min(fastest, time);
            degrees.Add(csv.Whole(row, "tp", 1));
            if (csv.Whole(row, "tp", 1) != rank.TensorParallel)
                continue;
            if (!points.TryGetValue(name, out List<(double, double, double)>? list))
                points[name] = list = [];
            list.Add((csv.Whole(row, "x", 1), csv.Whole(row, "y"), time));
        }
        Plausibility.Check(csv.Path, us ? "microseconds" : "milliseconds", fastest);
        if (!degrees.Contains(rank.TensorParallel))
            throw new InputException(
                $"{csv.Path}: tensor parallel {rank.TensorParallel} was not measured; available: {string.Join(", ", degrees)}");
        Curve? One(string name) =>
            points.TryGetValue(name, out List<(double X, double Y, double Us)>? list) ? Curve.Of(list.Select(p => (p.X, p.Us))) : null;
        CurveFamily? Two(string name) =>
            points.TryGetValue(name, out List<(double X, double Y, double Us)>? list) ? new CurveFamily(list) : null;
        return new OperatorTables
        {
            Kind = "flat",
            Folder = folder,
            Qkv = One("qkv_proj"),
            Output = One("o_proj"),
            Up = One("up_proj"),
            Down = One("down_proj"),
            Elementwise = One("elementwise"),
            Ends = One("ends"),
            LmHead = One("lm_head"),
            Sampler = One("sampler"),
            Decode = Two("attn_decode"),
            Prefill = Two("attn_prefill"),
            AllReduce = One("all_reduce")?.WithoutGlitches(VidurTables.GlitchFactor, out _),
            SendRecv = One("send_recv"),
        };
    }
}
