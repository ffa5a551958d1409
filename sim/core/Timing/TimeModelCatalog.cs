using System.Globalization;
using ELLM.Sim.Models;
using ELLM.Sim.Numerics;
using ELLM.Sim.Timing.Kinds;
using ELLM.Sim.Timing.Tables;

namespace ELLM.Sim.Timing;

/// <summary>A time model ready to answer, with what a result must say about it.</summary>
/// <param name="Model">Answers.</param>
/// <param name="Provenance">Where each group of times comes from.</param>
/// <param name="Extrapolation">Where a run goes beyond measured tables; null for models without tables.</param>
/// <param name="Operators">Single operators; null for models of whole iterations.</param>
public sealed record TimeModelChoice(
    ITimeModel Model, TimingProvenance Provenance, ExtrapolationReport? Extrapolation = null, IOperatorTimes? Operators = null);

/// <summary>The kinds of time model, and how a text chooses one.</summary>
/// <remarks>
/// <c>analytic</c>; <c>table:DIR</c> or <c>table:DIR+analytic</c> (formulas for missing groups); <c>linear:NAME</c>;
/// <c>constant:step_us=10000,per_sequence_us=50,…</c>.
/// </remarks>
public static class TimeModelCatalog
{
    private const string Fill = "+analytic";

    private static readonly string[] ConstantKeys =
        ["step_us", "per_sequence_us", "per_context_token_us", "per_longest_token_us", "per_prefill_token_us", "per_prefill_pair_us"];

    /// <summary>Kinds with their arguments, for help and messages.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["analytic", "table:DIR", "linear:NAME", "constant:step_us=N,..."];

    /// <param name="text">The choice.</param>
    /// <param name="profile">Formulas of the device.</param>
    /// <param name="model">Shape of the model.</param>
    /// <param name="tensorParallel">GPUs that share each layer.</param>
    /// <param name="options">Batch limit, engine overhead, number formats.</param>
    /// <exception cref="InputException">No such kind, or its argument is faulty.</exception>
    public static TimeModelChoice Parse(string text, TimingProfile profile, ModelSpec model, int tensorParallel, TimingOptions options)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string kind = colon < 0 ? text : text[..colon];
        string argument = colon < 0 ? "" : text[(colon + 1)..];
        if (options.ScalesAttention && kind != "analytic")
            throw new InputException(
                $"timing.model: expected analytic, which knows the share of attention, with an attention factor other than 1, found "
                    + $"'{text}'");
        if (kind == "table")
            TimedKinds.CheckDense(model, "a table");
        switch (kind)
        {
            case "analytic" when argument.Length == 0:
                AnalyticTimeModel analytic = new(profile, model, tensorParallel, options);
                return new TimeModelChoice(analytic, analytic.Provenance, Operators: analytic.Operators);
            case "table" when argument.Length > 0:
                return Table(argument, profile, model, tensorParallel, options);
            case "linear" when argument.Length > 0:
                return Linear(argument);
            case "constant":
                return new TimeModelChoice(Constant(argument), new TimingProvenance("constant", argument, "none", []));
            default:
                throw new InputException($"time model: expected {string.Join(", ", Kinds)}, found '{text}'{Hint(kind)}");
        }
    }

    /// <summary>The same for a model whose layers are split over pipeline stages.</summary>
    /// <param name="stages">Layers of each stage.</param>
    /// <param name="link">Between stages: <see cref="SendReceiveTable.IntraNode"/> or <see cref="SendReceiveTable.InterNode"/>.</param>
    /// <remarks>Fits and constants know whole iterations: each stage gets a share by its layers. Constants send in no time.</remarks>
    /// <exception cref="InputException">No such kind, its argument is faulty, or the device has no times for sending.</exception>
    public static TimeModelChoice ParsePipeline(
        string text, TimingProfile profile, ModelSpec model, int tensorParallel, TimingOptions options, IReadOnlyList<StageLayers> stages,
        string link)
    {
        SendReceiveTable? send = text.StartsWith("constant", StringComparison.Ordinal) ? null : profile.SendReceiveOf(link);
        TimeModelChoice last = Parse(text, profile, model, tensorParallel, options with { Stage = stages[^1] });
        bool whole = last.Model is ConstantTimeModel or LinearTimeModel;
        Dictionary<(int Count, bool IsFirst, int Place), ITimeModel> inner = [];
        List<ITimeModel> models = [];
        foreach (StageLayers stage in stages)
        {
            // Equally many layers of a plain transformer take equally long wherever they stand.
            (int, bool, int) key = (stage.Count, stage.IsFirst, model.IsDense ? 0 : stage.First);
            if (whole)
                models.Add(new ShareTimeModel(last.Model, stage));
            else if (stage.IsLast)
                models.Add(last.Model);
            else if (inner.TryGetValue(key, out ITimeModel? same))
                models.Add(same);
            else
                models.Add(
                    inner[key] = Parse(text, profile, model, tensorParallel,
                        options with { Stage = stage }).Model);
        }
        TimingProvenance provenance = send is null
            ? last.Provenance
            : last.Provenance with
            {
                Parts = [.. last.Provenance.Parts,
                new TimingSource($"send and receive, {link}", send.Source, send.Borrowed)]
            };
        return last with { Model = new PipelineTimeModel(models, send, model.Hidden), Provenance = provenance };
    }

    private static TimeModelChoice Table(string argument, TimingProfile profile, ModelSpec model, int tensorParallel, TimingOptions options)
    {
        bool fill = argument.EndsWith(Fill, StringComparison.Ordinal);
        string folder = fill ? argument[..^Fill.Length] : argument;
        OperatorTables tables = OperatorTablesReader.Read(folder, model.ForRank(tensorParallel), options.Weights != WeightFormat.Model);
        TableTimeModel table = new(tables, profile, model, tensorParallel, options, fill);
        return new TimeModelChoice(table, table.Provenance, table.Extrapolation, table.Operators);
    }

    private static TimeModelChoice Linear(string argument)
    {
        LinearTimeModel linear = LinearTimeModel.Load(argument);
        return new TimeModelChoice(linear,
            new TimingProvenance("linear", linear.Fit.Name, "inside the fit", [new TimingSource("iteration", linear.Fit.Source, false)]));
    }

    private static ConstantTimeModel Constant(string argument)
    {
        Dictionary<string, long> given = [];
        foreach (string part in argument.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = part.Split('=', 2);
            if (!ConstantKeys.Contains(pair[0], StringComparer.Ordinal))
                throw new InputException($"time model: unknown key '{pair[0]}'; known: {string.Join(", ", ConstantKeys)}");
            bool read = pair.Length == 2 & double.TryParse(pair[^1], NumberStyles.Float, CultureInfo.InvariantCulture, out double us);
            if (!read || !(us >= 0) || us > 1e12)
                throw new InputException(
                    $"time model: {pair[0]}: expected microseconds of zero or more, found '{(pair.Length == 2 ? pair[1] : "")}'");
            given[pair[0]] = Time.SimTime.FromMicroseconds(us).Picoseconds;
        }
        if (given.Values.All(ps => ps == 0))
            throw new InputException(
                $"time model: constant needs a time above zero: constant:step_us=10000; keys: {string.Join(", ", ConstantKeys)}");
        return new ConstantTimeModel
        {
            StepPs = given.GetValueOrDefault("step_us"),
            PerSequencePs = given.GetValueOrDefault("per_sequence_us"),
            PerContextTokenPs = given.GetValueOrDefault("per_context_token_us"),
            PerLongestTokenPs = given.GetValueOrDefault("per_longest_token_us"),
            PerPrefillTokenPs = given.GetValueOrDefault("per_prefill_token_us"),
            PerPrefillPairPs = given.GetValueOrDefault("per_prefill_pair_us"),
        };
    }

    private static string Hint(string kind) =>
        NearestName.Of(kind, ["analytic", "table", "linear", "constant"]) is { } near && near != kind ? $" (did you mean '{near}'?)" : "";
}
