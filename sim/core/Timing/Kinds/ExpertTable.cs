using ELLM.Sim.Models;
using ELLM.Sim.Timing.Tables;

namespace ELLM.Sim.Timing.Kinds;

/// <summary>Measured times of the fused experts of one shape, over tokens.</summary>
/// <remarks>
/// The layout of ai-dynamo/aiconfigurator: moe_FORMAT.csv with hidden, expert_ffn, experts, topk, tp, ep, distribution, tokens
/// of the whole
/// group and latency_us. The same shape must be there: nothing is interpolated but tokens.
/// </remarks>
internal sealed class ExpertTable
{
    private readonly Curve _curve;

    private ExpertTable(Curve curve, string path)
    {
        _curve = curve;
        Source = $"measured table {Path.GetFileName(path)}, interpolated";
    }

    public string Source { get; }

    /// <summary>The number of tokens itself within the table, else its nearest end.</summary>
    public int Nearest(int tokens) => (int)Math.Clamp(tokens, _curve.First, _curve.Last);

    public double Us(int tokens) => _curve.At(tokens);

    /// <exception cref="InputException">No such table, or not this shape or routing in it.</exception>
    public static ExpertTable Read(string folder, ModelRank rank, NumberFormat format, ExpertRouting routing)
    {
        ExpertLayer experts = rank.Model.Experts!;
        string name = $"moe_{FileWord(format)}.csv";
        string path = MeasuredCsv.Find(folder, name) ?? throw new InputException($"{folder}: no {name}, which timing.experts needs");
        MeasuredCsv csv = MeasuredCsv.Read(path);
        csv.Require("hidden", "expert_ffn", "experts", "topk", "tp", "ep", "distribution", "tokens", "latency_us");
        string distribution = routing.Name == "balanced" ? routing.Name
            : routing.Name.Replace("power-law:", "pl", StringComparison.Ordinal);
        (string Column, long Value)[] shape =
        [
            ("hidden", experts.InputWidth(rank.Model.Hidden)), ("expert_ffn", experts.Ffn), ("experts", experts.Count),
                ("topk", experts.Top),
            ("tp", rank.TensorParallel / rank.ExpertParallel), ("ep", rank.ExpertParallel),
        ];
        List<(double X, double Us)> points = [];
        SortedSet<string> known = new(StringComparer.Ordinal);
        for (int row = 0; row < csv.Count; row++)
        {
            if (!shape.All(wanted => csv.Whole(row, wanted.Column, 1) == wanted.Value))
                continue;
            known.Add(csv.Text(row, "distribution"));
            if (csv.Text(row, "distribution") == distribution)
                points.Add((csv.Whole(row, "tokens", 1), csv.Us(row, "latency_us", 1)));
        }
        if (points.Count >= 2)
            return new ExpertTable(Curve.Of(points), path);
        string what = string.Join(", ", shape.Select(one => $"{one.Column} {one.Value}"));
        throw new InputException(known.Count == 0
            ? $"{path}: experts of {what} were not measured"
            : $"{path}: routing {routing.Name} was not measured for {what}; available: {string.Join(", ", known)} (plA is power-law:A)");
    }

    private static string FileWord(NumberFormat format) => format switch
    {
        NumberFormat.Fp8 => "fp8",
        NumberFormat.Fp8Block => "fp8block",
        NumberFormat.Nvfp4 => "nvfp4",
        NumberFormat.Mxfp4 => "w4a16mxfp4",
        NumberFormat.Int4Group32 or NumberFormat.Int4Group128 => "w4a16int4",
        _ => "bf16",
    };
}
