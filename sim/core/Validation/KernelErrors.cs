using System.Globalization;
using ELLM.Sim.Timing;
using ELLM.Sim.Timing.Tables;

namespace ELLM.Sim.Validation;

/// <summary>Single kernels against the shape tables of ai-dynamo/aiconfigurator.</summary>
/// <remarks>
/// Decode attention leaves out what a benchmark that repeats itself on the same buffers cannot show: KV footprints that fit the L2
/// cache, unless tiny. Kept: at least 64 tokens of KV, up to 512 sequences, up to 16 query heads a KV head (the filter of the fits).
/// </remarks>
internal static class KernelErrors
{
    /// <summary>KV footprints in MiB between which the L2 cache decides: 1.4 times its size, and a small share of it.</summary>
    private static readonly Dictionary<string, (double Tiny, double Large)> CacheMib = new()
    {
        ["a100"] = (3, 56),
        ["h100"] = (4, 70),
        ["h200"] = (4, 70),
        ["b200"] = (10, 176),
        ["l40s"] = (8, 134),
    };

    public static IEnumerable<ValidationRow> Products(ValidationContext context, string device, string table, double? bound)
    {
        string what = $"{device}: product kernels, {table}";
        bool fp8 = table.EndsWith("fp8", StringComparison.Ordinal);
        if (Open(context, device, table) is not { } csv)
        {
            yield return ValidationRow.Skipped(what, $"no profiles/aiconfigurator/{device}/{table}.csv");
            yield break;
        }
        OperatorTimes times = new(TimingCatalog.Load(device), ShapedModel.Heads(8, 8), fp8 ? WeightFormat.Fp8Dynamic : WeightFormat.Model);
        ErrorStatistics errors = new();
        // L40S: weights that stay in its 96 MB cache run at up to three times the memory's speed.
        double cached = device == "l40s" ? 134e6 : 0;
        for (int row = 0; row < csv.Count; row++)
        {
            (long m, long n, long k) = (csv.Whole(row, "m", 1), csv.Whole(row, "n", 1), csv.Whole(row, "k", 1));
            if (2.0 * n * k < cached)
                continue;
            errors.Add(csv.Us(row, "latency_us", 1), times.Gemm(m, n, k), Text($"m {m} n {n} k {k}"));
        }
        yield return ValidationRow.Mape(what, errors, bound, fp8 ? "dynamic quantisation inside" : "");
    }

    public static IEnumerable<ValidationRow> DecodeAttention(
        ValidationContext context, string device, string stack, string profileName, double? bound, bool fp8)
    {
        string what = $"{device}: decode attention, {stack}{(fp8 ? ", fp8 KV" : "")}";
        if (Open(context, device, $"{stack}/attn_decode") is not { } csv)
        {
            yield return ValidationRow.Skipped(what, $"no profiles/aiconfigurator/{device}/{stack}/attn_decode.csv");
            yield break;
        }
        TimingProfile profile = TimingCatalog.Load(profileName);
        (double tiny, double large) = CacheMib[device];
        ErrorStatistics errors = new();
        for (int row = 0; row < csv.Count; row++)
        {
            (long q, long kv) = (csv.Whole(row, "q_heads", 1), csv.Whole(row, "kv_heads", 1));
            (long batch, long length) = (csv.Whole(row, "batch", 1), csv.Whole(row, "cached") + 1);
            double mib = (fp8 ? 2.0 : 4.0) * 128 * kv * batch * length / (1 << 20);
            bool wanted = csv.Text(row, "kv_dtype") == (fp8 ? "fp8" : "bfloat16");
            if (!wanted || length < 64 || batch > 512 || q / kv > 16 || q % kv != 0 || (mib >= tiny && mib <= large))
                continue;
            OperatorTimes times = new(profile, ShapedModel.Heads((int)q, (int)kv), WeightFormat.Model, fp8);
            double ours = times.Decode(new DecodeBatch((int)batch, batch * length, length));
            errors.Add(csv.Us(row, "latency_us", 1), ours, Text($"b {batch} kv {length} heads {q}/{kv}"));
        }
        yield return ValidationRow.Mape(what, errors, bound);
    }

    public static IEnumerable<ValidationRow> PrefillAttention(
        ValidationContext context, string device, string stack, string profileName, double? bound)
    {
        string what = $"{device}: prefill attention, {stack}";
        if (Open(context, device, $"{stack}/attn_prefill") is not { } csv)
        {
            yield return ValidationRow.Skipped(what, $"no profiles/aiconfigurator/{device}/{stack}/attn_prefill.csv");
            yield break;
        }
        TimingProfile profile = TimingCatalog.Load(profileName);
        ErrorStatistics errors = new();
        for (int row = 0; row < csv.Count; row++)
        {
            (long q, long kv) = (csv.Whole(row, "q_heads", 1), csv.Whole(row, "kv_heads", 1));
            (long batch, long chunk) = (csv.Whole(row, "batch", 1), csv.Whole(row, "new_tokens", 1));
            if (q % kv != 0 || csv.Text(row, "kv_dtype") != "bfloat16" || chunk < 16)
                continue;
            PrefillChunk[] chunks = new PrefillChunk[batch];
            Array.Fill(chunks, new PrefillChunk((int)chunk, (int)csv.Whole(row, "cached"), true));
            double ours = new OperatorTimes(profile, ShapedModel.Heads((int)q, (int)kv)).Prefill(chunks);
            errors.Add(csv.Us(row, "latency_us", 1), ours, Text($"b {batch} chunk {chunk} heads {q}/{kv}"));
        }
        yield return ValidationRow.Mape(what, errors, bound);
    }

    public static IEnumerable<ValidationRow> AllReduce(ValidationContext context, string device, string stack, double? bound)
    {
        string what = $"{device}: all-reduce in graphs, {stack}";
        if (Open(context, device, $"{stack}/allreduce") is not { } csv)
        {
            yield return ValidationRow.Skipped(what, $"no profiles/aiconfigurator/{device}/{stack}/allreduce.csv");
            yield break;
        }
        ErrorStatistics errors = new();
        List<string> notes = [];
        foreach (AllReduceTable table in TimingCatalog.Load(device).AllReduce)
        {
            Curve measured = ConfiguratorTables.ReadAllReduce(csv, table.Gpus, "graph", notes);
            foreach (double bytes in measured.Points)
                errors.Add(measured.At(bytes), table.Us(bytes), Text($"{table.Gpus} GPUs {bytes} bytes"));
        }
        yield return ValidationRow.Mape(what, errors, bound, string.Join("; ", notes));
    }

    private static MeasuredCsv? Open(ValidationContext context, string device, string table) =>
        context.Find($"aiconfigurator/{device}/{table}.csv") is string path ? MeasuredCsv.Read(path) : null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
