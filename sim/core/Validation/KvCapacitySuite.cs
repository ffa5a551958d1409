using System.Globalization;
using ELLM.Sim.Hardware;
using ELLM.Sim.Memory;
using ELLM.Sim.Memory.Engines;
using ELLM.Sim.Models;
using ELLM.Sim.Timing.Tables;

namespace ELLM.Sim.Validation;

/// <summary>The KV pool that real servers printed at start-up against the memory budget.</summary>
/// <remarks>
/// One row a deployment: context lengths and KV formats of the same deployment leave the same bytes and are counted once. The error is
/// in per cent of the engine's share of the card, since a pool error in per cent exaggerates where the pool is small.
/// </remarks>
public sealed class KvCapacitySuite : IValidationSuite
{
    private const double Gib = 1L << 30;

    // The rows name cards as their logs do. A card of which only the memory matters here takes the place of one that has no file.
    private static readonly Dictionary<string, string> Cards = new()
    {
        ["H100-80GB"] = "h100",
        ["H200"] = "h200",
        ["RTX 4090"] = "rtx-4090",
        ["A100-40GB"] = "a100-40",
        ["A100-80GB"] = "a100-80",
    };

    public string Name => "kv-capacity";

    public string Summary => "KV pools that servers printed at start-up against the memory budget";

    public string Trust => """
        The pool is what weights, the driver and libraries, and the profiled peak of activations leave of the engine's share. Dense models
        of vLLM 0.17 and later are within 0.5 % of the share, 0.9 to 0.16 within 1.2 %. Older servers counted what other processes held,
        and cards other than the H100 have few logs: 3 % in the median. Experts, latent attention, windows and states from 0.9
        on are within 1.5 %, but for gpt-oss-120b: servers keep its 4-bit experts 6 % larger than the published files, by a padding that no
        rule here imitates. One log of Mistral-Small that its source files under 0.11 has the sampler's peak of a later release. No
        coefficient was fitted on these rows beyond what `configs/engines` states with its source.
        """;

    public IEnumerable<ValidationRow> Run(ValidationContext context)
    {
        string? file = context.Data is null ? null : Path.Combine(context.Data, "validation", "kv-capacity", "open.csv");
        if (file is null || !File.Exists(file))
            return [ValidationRow.Skipped("kv-capacity", "no validation/kv-capacity/open.csv beside the measured data")];
        return Rows(MeasuredCsv.Read(file));
    }

    private static IEnumerable<ValidationRow> Rows(MeasuredCsv csv)
    {
        HashSet<string> seen = [];
        List<(EngineVersion Version, bool Plain, double Error)> errors = [];
        List<string> refused = [];
        for (int row = 0; row < csv.Count; row++)
        {
            if (PrintedServer.Read(csv, row) is not PrintedServer server)
            {
                refused.Add(csv.Text(row, "id"));
                continue;
            }
            if (!seen.Add(server.Deployment))
                continue;
            double share = server.ShareBytes;
            double ours = server.Budget().KvBytes;
            double error = (ours - server.KvBytes) / share * 100;
            bool vllm = server.Deployment.StartsWith("vllm-", StringComparison.Ordinal);
            bool plain = server.Model.IsDense || server.Version < new EngineVersion(0, 9);
            if (vllm)
                errors.Add((server.Version, plain, error));
            double? bound = !vllm ? null : plain ? BoundOf(server.Version) : KindsBound;
            yield return new ValidationRow(
                server.Deployment, server.KvBytes / Gib, ours / Gib, "GiB", error, bound, bound is null ? null : Math.Abs(error) <= bound)
            {
                ErrorUnit = "% of share",
            };
        }
        foreach ((string what, double bound, bool median, Func<EngineVersion, bool> holds) in Groups)
            yield return Group(what, [.. errors.Where(e => e.Plain && holds(e.Version)).Select(e => Math.Abs(e.Error))], bound, median);
        yield return Group("experts, latent attention, windows, states from 0.9 on, largest",
            [.. errors.Where(e => !e.Plain).Select(e => Math.Abs(e.Error))], KindsBound, median: false);
        yield return ValidationRow.Skipped(
            $"{refused.Count} of {csv.Count} start-ups", $"cannot be stated ({string.Join(", ", refused)}): a model or a setting that is not known");
    }

    private static (string, double, bool, Func<EngineVersion, bool>)[] Groups =>
    [
        ("vllm 0.17 and later, largest", 0.5, false, v => v >= new EngineVersion(0, 17)),
        ("vllm 0.9 to 0.16, largest", 1.2, false, v => v >= new EngineVersion(0, 9) && v < new EngineVersion(0, 17)),
        ("vllm up to 0.8, median", 3, true, v => v < new EngineVersion(0, 9)),
    ];

    /// <summary>Of layers other than full attention with a dense MLP, from 0.9 on; older servers are judged by the median.</summary>
    private const double KindsBound = 1.5;

    private static double? BoundOf(EngineVersion version) =>
        version >= new EngineVersion(0, 17) ? 0.5 : version >= new EngineVersion(0, 9) ? 1.2 : null;

    private static ValidationRow Group(string what, double[] errors, double bound, bool median)
    {
        if (errors.Length == 0)
            return ValidationRow.Skipped(what, "no such server among the rows");
        Array.Sort(errors);
        double error = median ? errors[(errors.Length - 1) / 2] : errors[^1];
        return new ValidationRow(what, null, null, $"{errors.Length} deployments", error, bound, error <= bound,
            FormattableString.Invariant($"mean {errors.Average():0.00}"))
        {
            ErrorUnit = "% of share",
        };
    }

    /// <summary>One start-up as the log had it.</summary>
    private sealed record PrintedServer(
        string Deployment, EngineVersion Version, ModelSpec Model, GpuSpec Gpu, MemoryBudgetSettings[] Stages, double KvBytes)
    {
        public double ShareBytes => (Stages[0].Utilisation ?? 0) * Gpu.VisibleBytes;

        /// <summary>Of the stage with the smallest pool, which is what servers print.</summary>
        public MemoryBudget Budget() =>
            Stages.Select(stage => MemoryBudget.Compute(Model, Gpu, stage)).MinBy(budget => budget.KvTokens)!;

        /// <summary>Null where the budget cannot state the deployment.</summary>
        public static PrintedServer? Read(MeasuredCsv csv, int row)
        {
            string Cell(string column) => csv.Text(row, column);
            string quantisation = Cell("quantisation");
            string version = Cell("version").Split(' ')[0];
            if (PrintedModel.Of(Cell("model"), Cell("shape"), quantisation) is not ModelSpec shape
                || !EngineVersion.TryParse(version, out EngineVersion parsed) || Cell("gpu_memory_utilization").Length == 0
                || Cell("gpu_total_gib").Length == 0)
            {
                return null;
            }
            bool wide = Cell("dtype") == "float32";
            string release = $"{Cell("engine")}-{parsed.Major}.{parsed.Minor}";
            int tp = (int)csv.Whole(row, "tp", 1);
            ModelSpec spec = wide ? shape with { WeightElementBytes = 4 } : shape;
            GpuSpec gpu = GpuCatalog.Load(Cards.GetValueOrDefault(Cell("gpu"), "rtx-4090")) with
            {
                MemoryVisibleMib = (long)Math.Round(Number(Cell("gpu_total_gib")) * 1024),
            };
            CardDefaults defaults = EngineCatalog.Release(release).Cards;
            StageLayers[] stages = StageLayers.Split(spec.Layers, (int)csv.Whole(row, "pp", 1));
            MemoryBudgetSettings Settings(StageLayers stage) => new(
                Cell("max_num_batched_tokens").Length > 0 ? (int)csv.Whole(row, "max_num_batched_tokens") : defaults.TokensOf(gpu) ?? 2048,
                tp,
                Number(Cell("gpu_memory_utilization")),
                Cell("max_num_seqs").Length > 0 ? (int)csv.Whole(row, "max_num_seqs") : defaults.SequencesOf(gpu),
                16,
                Cell("kv_dtype") == "fp8" ? 1 : wide ? 4 : 2,
                wide ? 4 : 2,
                CudaGraphs: Cell("enforce_eager") != "yes",
                Stage: stage)
            {
                Release = EngineCatalog.Release(release),
            };
            MemoryBudgetSettings[] settings = [.. stages.Select(Settings)];
            string what = $"{release} {spec.Name}{(PrintedModel.Words(quantisation) ?? (wide ? " 32-bit" : ""))}, {Cell("gpu")}, tp {tp} pp {stages.Length}"
                + (Cell("max_num_batched_tokens") is { Length: > 0 } tokens ? $", {tokens} tokens" : "");
            return Printed(csv, row, spec, tp, stages, settings[0].KvElementBytes) is double bytes
                ? new PrintedServer(what, parsed, spec, gpu, settings, bytes)
                : null;
        }

        /// <summary>Tokens are the pool of the fullest stage; bytes are rounded to a hundredth of a GiB and may be another stage's.</summary>
        private static double? Printed(MeasuredCsv csv, int row, ModelSpec model, int tp, StageLayers[] stages, int kvElementBytes)
        {
            string tokens = csv.Text(row, "kv_tokens");
            string gib = csv.Text(row, "kv_gib");
            if (tokens.Length > 0)
                return Number(tokens) * stages.Max(stage => model.ForRank(tp, stage).KvBytesPerToken(kvElementBytes));
            return gib.Length > 0 ? Number(gib) * Gib : null;
        }
    }

    private static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
