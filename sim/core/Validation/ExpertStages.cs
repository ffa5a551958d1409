using System.Globalization;
using ELLM.Sim.Models;
using ELLM.Sim.Timing;
using ELLM.Sim.Timing.Kinds;
using ELLM.Sim.Timing.Tables;

namespace ELLM.Sim.Validation;

/// <summary>Steady open loops of Mixtral-8x7B on two H100 against the time of a step at the batch that Little's law asks for.</summary>
/// <remarks>
/// Nearly every prompt of these runs is found in the prefix cache, so a step is decodes alone: b = rate x outputs x step(b),
/// each sequence
/// half way through its outputs. Stages in overload, whose requests failed, are left out.
/// </remarks>
internal static class ExpertStages
{
    private const string File = "e2e-more/open_loop_h100_vllm-0.15.csv";

    public static IEnumerable<ValidationRow> Rows(ValidationContext context)
    {
        if (context.Find(File) is not string path || context.Find("aiconfigurator/h100/vllm-0.24.0") is not string tables)
        {
            yield return ValidationRow.Skipped("H100 vLLM 0.15, Mixtral-8x7B TP2 stages", $"no {File}");
            yield break;
        }
        MeasuredCsv csv = MeasuredCsv.Read(path);
        TimingOptions options = new(MaxSequences: 128) { Routing = ExpertRouting.Parse("balanced") };
        yield return Row(csv, "tables of experts", options with { ExpertTables = tables }, 5);
        yield return Row(csv, "formula", options, 10);
        yield return Row(csv, "formula, default routing", options with { Routing = ExpertRouting.Uniform }, null);
    }

    private static ValidationRow Row(MeasuredCsv csv, string how, TimingOptions options, double? bound)
    {
        AnalyticTimeModel time = new(TimingCatalog.Load("h100"), ModelCatalog.Load("mixtral-8x7b"), 2, options);
        ErrorStatistics errors = new();
        for (int row = 0; row < csv.Count; row++)
        {
            if (csv.Text(row, "model") != "mistralai/Mixtral-8x7B-v0.1" || csv.Number(row, "failed") > 0)
                continue;
            double perSecond = csv.Number(row, "rate_per_s");
            double outputs = csv.Number(row, "output_tokens");
            double context = csv.Number(row, "prompt_tokens_mean") + outputs / 2;
            errors.Add(csv.Number(row, "tpot_mean_ms"), StepMs(time, perSecond * outputs, context),
                string.Create(CultureInfo.InvariantCulture, $"{perSecond} req/s of {outputs} tokens"));
        }
        return ValidationRow.Mape($"H100 vLLM 0.15, Mixtral-8x7B TP2 stages, {how}: TPOT", errors, bound,
            "prompts found in the prefix cache, batch by Little's law, default host time");
    }

    /// <summary>The step at which as many sequences are in the batch as arrive in their time.</summary>
    private static double StepMs(AnalyticTimeModel time, double tokensPerSecond, double context)
    {
        for (int b = 1; b <= time.MaxSequences; b++)
        {
            long length = (long)context;
            DecodeCost cost = time.Decode(new DecodeBatch(b, b * length, length));
            double ms = (cost.FixedPs + cost.PerContextTokenPs * b * length + cost.PerLongestTokenPs * length) / 1e9;
            if (tokensPerSecond * ms / 1e3 <= b)
                return ms;
        }
        return double.NaN;
    }
}
