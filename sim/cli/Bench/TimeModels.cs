using System.Globalization;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Configuration;
using ELLM.Sim.Timing;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Bench;

/// <summary>What asking a time model costs: an iteration under each, over one under constants, and making one from its profile.</summary>
/// <remarks>
/// Another time model makes other batches, so requests a second do not compare. The constants are therefore those of the formulas at
/// a batch of <see cref="Batch"/>, which gives nearly the same batches, and what is compared is the time an iteration of the simulation
/// takes. Models take turns, so that a machine that slows down for a while slows all of them down.
/// </remarks>
internal static class TimeModels
{
    private const int Batch = 32, Context = 1000, Prompt = 1024, WarmUpRequests = 2_000;

    /// <param name="tables">Folder of measured operators; null leaves the table model out.</param>
    public static void Write(TextWriter target, BenchPlan plan, string? tables)
    {
        RunConfig config = Workbench.Config("vllm");
        Deployment formulas = Deployment.Resolve(config);
        List<(string Name, Deployment Deployment)> models =
        [
            ("constant", formulas.WithTime(new TimeModelChoice(Constants(formulas.Time), formulas.Provenance with { Kind = "constant" }))),
            ("analytic", formulas),
        ];
        if (tables is not null)
            models.Add(("table", Deployment.Resolve(config with { Timing = config.Timing with { Model = $"table:{tables}+analytic" } })));
        Trace trace = Workbench.Steady(plan.PolicyRequests);
        Trace brief = Workbench.Steady(WarmUpRequests);
        WarmUp.Settle(() => models.ForEach(m => Workbench.Simulate(m.Deployment, brief)));
        long[] iterations = [.. models.Select(m => Workbench.Simulate(m.Deployment, trace).Outcome.Counters.Iterations)];
        Laps[] laps = [.. models.Select(_ => new Laps())];
        for (int round = 0; round < 3 * plan.PolicyRepeats; round++)
        {
            for (int i = 0; i < models.Count; i++)
                laps[i].Add(() => Workbench.Simulate(models[i].Deployment, trace));
        }
        double constant = laps[0].CoreS.Median / iterations[0];
        TextTable table = new(
            ["time model", "iterations/request", "ns/iteration", "min", "max", "over constant", "load and tabulate, ms", "first time, ms"]);
        for (int i = 0; i < models.Count; i++)
        {
            Spread ns = laps[i].CoreS.Times(1e9 / iterations[i]);
            table.Add(
                [models[i].Name, Number(iterations[i] / (double)trace.Count), Number(ns.Median), Number(ns.Min), Number(ns.Max),
                    (ns.Median / 1e9 / constant).ToString("0.00", CultureInfo.InvariantCulture), .. Loading(models[i].Deployment)]);
        }
        table.Write(target);
    }

    /// <summary>From the files to a model with every decode batch asked for once, so that whatever is tabulated is.</summary>
    private static string[] Loading(Deployment deployment)
    {
        if (deployment.Time is ConstantTimeModel)
            return ["", ""];
        string text = deployment.Config.Timing.Model;
        void Load()
        {
            TimingOptions options = new(deployment.Limits.MaxNumSeqs);
            ITimeModel model =
                TimeModelCatalog.Parse(text, TimingCatalog.Load(deployment.Gpu.Timing), deployment.Model, deployment.Config.Tp,
                    options).Model;
            for (int b = 1; b <= deployment.Limits.MaxNumSeqs; b++)
                model.Decode(new DecodeBatch(b, (long)b * Context, Context));
        }
        Laps first = Laps.Of(1, Load), laps = Laps.Of(9, Load);
        return [Number(laps.CoreS.Median * 1e3), Number(first.CoreS.Median * 1e3)];
    }

    private static ConstantTimeModel Constants(ITimeModel time)
    {
        DecodeCost one = time.Decode(new DecodeBatch(1, Context, Context));
        DecodeCost many = time.Decode(new DecodeBatch(Batch, Batch * Context, Context));
        long perSequence = Math.Max(0, (many.FixedPs - one.FixedPs) / (Batch - 1));
        long step = one.FixedPs - perSequence;
        return new ConstantTimeModel
        {
            StepPs = step,
            PerSequencePs = perSequence,
            PerContextTokenPs = many.PerContextTokenPs,
            PerLongestTokenPs = many.PerLongestTokenPs,
            PerPrefillTokenPs = Math.Max(0, (time.Mixed([new PrefillChunk(Prompt, 0, true)], default) - step) / Prompt),
        };
    }

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
