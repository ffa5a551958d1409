using System.Globalization;
using ELLM.Sim.Models;
using ELLM.Sim.Timing;
using ELLM.Sim.Timing.Kinds;
using ELLM.Sim.Timing.Tables;

namespace ELLM.Sim.Validation;

/// <summary>Fused experts and latent attention against the shape tables of ai-dynamo/aiconfigurator.</summary>
/// <remarks>
/// Experts: balanced rows, as the fits took them; widths on a rank that are a multiple of 64, up to 64 expert-parallel ranks.
/// Left out are
/// layers whose touched weights fit the L2 cache, which a benchmark that repeats itself never reads from memory, unless tiny. The shapes
/// of Nemotron 3 (22 of 512 experts, or a width of 1,856) have two matrices an expert, not three.
/// </remarks>
internal static class KindErrors
{
    private static readonly Dictionary<string, double> CacheMb = new() { ["h100"] = 50, ["h200"] = 50, ["b200"] = 126, ["l40s"] = 96 };

    public static ValidationRow Experts(ValidationContext context, string device, string format, NumberFormat weights, double bound)
    {
        string table = $"vllm-0.24.0/moe_{format}";
        string what = $"{device}: fused experts, {table}";
        if (Open(context, device, table) is not { } csv)
            return ValidationRow.Skipped(what, $"no profiles/aiconfigurator/{device}/{table}.csv");
        TimingProfile profile = TimingCatalog.Load(device);
        TimingOptions balanced = new() { Routing = ExpertRouting.Parse("balanced") };
        Dictionary<(int, int, int, int, int, int), ExpertTimes> shapes = [];
        ErrorStatistics errors = new();
        for (int row = 0; row < csv.Count; row++)
        {
            int Cell(string column) => (int)csv.Whole(row, column, 1);
            (int hidden, int ffn, int count, int top, int tp, int ep) =
                (Cell("hidden"), Cell("expert_ffn"), Cell("experts"), Cell("topk"), Cell("tp"), Cell("ep"));
            int tokens = Cell("tokens");
            bool gated = top != 22 && ffn != 1856;
            double touched = Math.Min(count, (double)tokens * top) / ep * (gated ? 3 : 2) * hidden * ((double)ffn / tp) * weights.Bytes() / 1e6;
            bool cached = touched >= 2 && touched <= 1.4 * CacheMb[device];
            if (csv.Text(row, "distribution") != "balanced" || ffn % (64 * tp) != 0 || count % ep != 0 || ep > 64 || cached)
                continue;
            if (!shapes.TryGetValue((hidden, ffn, count, top, tp, ep), out ExpertTimes? times))
            {
                ModelSpec model = ShapedModel.Of(hidden, tp * ep, tp * ep, tp * ep, 1,
                    gated) with
                { Experts = new ExpertLayer(count, top, ffn) };
                times = shapes[(hidden, ffn, count, top, tp, ep)] = new(profile, model.ForRank(tp * ep, expertParallel: ep),
                    weights, balanced);
            }
            errors.Add(csv.Us(row, "latency_us", 1), times.Us(tokens),
                Text($"{hidden} {ffn} {count} {top}, tp {tp} ep {ep}, {tokens} tokens"));
        }
        return ValidationRow.Mape(what, errors, bound, "balanced routing, as the rows have it");
    }

    public static ValidationRow Latent(ValidationContext context, string device, NumberFormat weights, bool decode, double bound)
    {
        string table = $"vllm-0.24.0/mla_module_{(decode ? "decode" : "prefill")}";
        string word = weights == NumberFormat.Fp8Block ? "fp8block" : "bf16";
        string what = $"{device}: latent attention, {(decode ? "decode" : "prefill")}, {word} weights";
        if (Open(context, device, table) is not { } csv)
            return ValidationRow.Skipped(what, $"no profiles/aiconfigurator/{device}/{table}.csv");
        TimingProfile profile = TimingCatalog.Load(device);
        ModelSpec model = ModelCatalog.Load("deepseek-v3");
        Dictionary<int, LatentTimes> byHeads = [];
        ErrorStatistics errors = new();
        for (int row = 0; row < csv.Count; row++)
        {
            if (csv.Text(row, "gemm_type") != word || csv.Text(row, "kv_dtype") != "bf16")
                continue;
            int heads = (int)csv.Whole(row, "heads", 1);
            if (!byHeads.TryGetValue(heads, out LatentTimes? times))
                times = byHeads[heads] = new(profile, (model with
                {
                    QHeads = heads,
                    LayerRuns = null,
                    Experts = null
                }).ForRank(1), weights, fp8Kv: false);
            int batch = (int)csv.Whole(row, "batch", 1);
            int tokens = (int)csv.Whole(row, "new_tokens", 1);
            long length = csv.Whole(row, "cached") + 1;
            PrefillChunk[] chunks = new PrefillChunk[batch];
            Array.Fill(chunks, new PrefillChunk(tokens, 0, true));
            double ours = decode
                ? times.DecodeProjections(batch) + times.PerSequence * batch + times.PerContextToken * batch * length
                : times.Projections(batch * tokens) + times.Prefill(chunks);
            errors.Add(csv.Us(row, "latency_us", 1), ours, Text($"{heads} heads, {batch} x {(decode ? length : tokens)}"));
        }
        return ValidationRow.Mape(what, errors, bound);
    }

    private static MeasuredCsv? Open(ValidationContext context, string device, string table) =>
        context.Find($"aiconfigurator/{device}/{table}.csv") is string path ? MeasuredCsv.Read(path) : null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
