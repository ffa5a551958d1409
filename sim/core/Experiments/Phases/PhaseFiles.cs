using System.Text;
using System.Text.Json.Nodes;
using ELLM.Sim.Configuration;
using ELLM.Sim.Metrics.ResultFiles;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Workload.Generators;

namespace ELLM.Sim.Experiments.Phases;

/// <summary>A row of phase.csv: a policy in a cell.</summary>
public sealed record PhaseRow(PhaseCell Cell, PhaseScore Score, bool IsBaseline);

/// <summary>What <c>ellm phase</c> writes: a row a cell and policy.</summary>
public static class PhaseFiles
{
    public static IReadOnlyList<ResultColumn<PhaseRow>> Columns { get; } =
    [
        new("prompt_tokens", "mean prompt; prompts are even between half and three halves of it", r => SummaryValue.Integer(r.Cell.Prompt)),
        new("load", "share of the rate that the baseline serves when it is saturated", r => SummaryValue.Real(r.Cell.Load)),
        new("rate_per_s", "requests per second", r => SummaryValue.Real(r.Cell.RatePerS)),
        new("depends_on_length", "1: the queue grows for as long as requests come, and every figure is one of the run's length",
            r => SummaryValue.Integer(r.Cell.DependsOnLength ? 1 : 0)),
        new("policy", "memory policy", r => SummaryValue.Text(r.Score.Policy)),
        new("slo_attainment", "share of the measured requests that met every objective, mean over draws",
            r => SummaryValue.Real(r.Score.Attainment.Mean)),
        new("slo_attainment_half_width", "half of its 95 % confidence interval", r => SummaryValue.Real(r.Score.Attainment.HalfWidth)),
        new("gain", "attainment less the baseline's on the same draw, mean over draws; empty for the baseline",
            r => SummaryValue.Real(r.IsBaseline ? null : r.Score.Gain.Mean)),
        new("gain_half_width", "half of its 95 % confidence interval",
            r => SummaryValue.Real(r.IsBaseline ? null : r.Score.Gain.HalfWidth)),
        new("named", "1: its gain lies above 2 points with its interval, and is the largest that does",
            r => SummaryValue.Integer(r.Cell.Named == r.Score ? 1 : 0)),
    ];

    public static IEnumerable<PhaseRow> Rows(IEnumerable<PhaseCell> cells) =>
        cells.SelectMany(c => c.Scores.Select((score, at) => new PhaseRow(c, score, at == 0)));

    public static void WriteCsv(Stream target, IReadOnlyList<PhaseCell> cells) => ResultTable.WriteCsv(target, Columns, Rows(cells));

    public static void WriteJson(Stream target, IReadOnlyList<PhaseCell> cells, PhaseStudy study)
    {
        PhaseSpec spec = study.Spec;
        JsonObject head = new()
        {
            ["version"] = RunReport.Version,
            ["baseline"] = study.Baseline.Preset,
            ["max_model_len"] = study.MaxModelLen,
            ["output_tokens"] = spec.Output,
            ["requests"] = spec.Requests,
            ["warm_up"] = PhaseSpec.WarmUp,
            ["draws"] = spec.Draws,
            ["seed"] = spec.Seed,
            ["config"] = ConfigBinder.ToTree(study.Baseline with { Model = study.Model, Gpu = study.Gpu }),
        };
        ResultTable.WriteJson(target, head, "cells", Columns, Rows(cells));
    }

    /// <summary>phase.csv, phase.json, run.log, and the workload of each prompt: any cell can be run again by 'ellm compare'.</summary>
    public static IReadOnlyList<(string Name, Action<Stream> Write)> Of(
        IReadOnlyList<PhaseCell> cells, PhaseStudy study, IReadOnlyList<string> log) =>
    [
        ("phase.csv", s => WriteCsv(s, cells)),
        ("phase.json", s => WriteJson(s, cells, study)),
        .. study.Spec.Prompts.Select(prompt => Workload(study.Spec.Workload(prompt))),
        ("run.log", s => s.Write(Encoding.UTF8.GetBytes(string.Concat(log.Select(line => line + "\n"))))),
    ];

    private static (string Name, Action<Stream> Write) Workload(GeneratorSpec spec) =>
        ($"{spec.Name}.json", s => s.Write(GeneratorJson.ToBytes(spec)));
}
