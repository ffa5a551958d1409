using ELLM.Sim.Plots.Charts;
using ELLM.Sim.Plots.Figures;
using ELLM.Sim.Serving;

namespace ELLM.Sim.Tests.Plots;

/// <summary>Every figure of the catalogue from made-up data: small integers and their ratios, the same on any machine.</summary>
internal static class SampleFigures
{
    private static readonly string[] Policies = ["static", "vllm", "vllm-cp", "ellm", "oracle"];

    public static IReadOnlyList<Figure> All { get; } =
    [
        LatencyCdf.Of([.. Policies.Select((p, i) => new PolicyLatencies(p, Values(i, 80, 3), Values(i, 80, 50), Values(i, 80, 1)))], 2,
            0.05),
        MemoryOverTime.Of([.. Policies.Take(3).Select(Memory)]),
        LoadOverTime.Of([.. Policies.Select((p, i) => new PolicyLoad(p, Times(60), Wave(i + 3, 60), Wave(2 * i, 60), new double[60]))]),
        TimeLedger.Of(
            [.. Policies.Select((p, i) => new PolicyLedger(p, [.. LedgerTerms.All.Select(t => t.Name)], Terms(i), Terms(i + 3)))]),
        WasteSplit.Of(
            [.. Policies.Select((p, i) => new PolicyWaste(p, 0.5 + (i * 0.1), 0.2 - (i * 0.04), 0.2 - (i * 0.04), 0.1 - (i * 0.02)))]),
        Scores.Of(Rows),
        Scores.ShareOfOracle([.. Rows.Take(4).Select(p => new PolicyShare(p.Policy, p.OutputTokensPerS / 1100, p.GoodputPerS / 5))]),
        new RateSweep().Throughput(Sweeps),
        new RateSweep().Latency(Sweeps, 1, 0.05),
        new RateSweep().Attainment(Sweeps, 0.9),
        WorkloadPortrait.Of(
            new WorkloadData("made-up", Arrivals(), [.. Values(1, 600, 0.01).Select(Math.Ceiling)],
                [.. Values(2, 600, 0.1).Select(Math.Ceiling)])),
        ParetoFront.Of("cost (USD/h)", "seconds", ("TTFT, 99th percentile", Deployments(1)), ("TPOT, 99th percentile", Deployments(200))),
        SweepMap.Of("map", "goodput (requests/s)", "chunk (tokens)", ["256", "512", "1024", "2048", "4096"], "KV memory (GiB)",
            ["8", "16", "32", "64"],
            [.. Enumerable.Range(0, 4)
                .Select(r =>
                    Enumerable.Range(0, 5).Select(c => r == 3 && c == 0 ? double.NaN : (r + 1) * (5.0 - Math.Abs(c - 2))).ToArray())]),
        ValidationErrors.Of("made-up",
        [
            .. Enumerable.Range(1, 9)
                .Select(i =>
                    new CheckedError($"device {i}: mean TPOT", i * (i % 2 == 0 ? -0.4 : 0.4), 2, $"{i * 10} ms, {i * 0.4:0.0} % of 2 %")),
            new CheckedError("requests that match", 0, 0, "3 of 3"),
            new CheckedError("restarts", 1, 0, "1 differs"),
        ]),
        Marks(),
        CalibrationFit.Of(Fits),
        CalibrationFit.Residuals(Fits),
    ];

    /// <summary>The kinds of marks that no figure of the catalogue needs yet.</summary>
    private static Figure Marks()
    {
        double[] x = [1, 2, 3, 4, 5], y = [2, 4, 3, double.NaN, 5];
        return new Figure("marks", "Kinds of marks",
        [
            new Panel("Bands and error bars", new Axis("x"), new Axis("y") { FromZero = true },
            [
                new Band("spread", x, [1, 3, 2, 2, 4], [3, 5, 4, 5, 6], Solid: false, Step: false),
                new ErrorBars("spread", x, [1.5, 3.5, 2.5, 3, 4.5], [2.5, 4.5, 3.5, 4, 5.5]),
                new Curve("measured, with a gap", x, y) { Style = 0 },
            ])
            {
                Annotations = [new Annotation(3, 3, "here")],
                References = [new Reference(2.5, Vertical: true, "change"), new Reference(4.5, Vertical: false, "limit")],
            },
            new Panel("Histogram", new Axis("seconds"), new Axis("requests") { FromZero = true },
                [Series.Histogram("values", Values(3, 200, 1), Scale.Linear, 20) with { Style = Palette.Teal }]),
        ])
        {
            Columns = 2,
            Width = Figure.PageWidth,
        };
    }

    private static PolicyScore[] Rows =>
        [.. Policies.Select((p, i) => new PolicyScore(p, 3 + i, 1 + i, 700 + (i * 100), 0.3 + (i * 0.15)))];

    private static PolicySweep[] Sweeps =>
        [.. Policies.Select((p, i) => new PolicySweep(p, [.. Enumerable.Range(1, 8).Select(r => Point(r, i))], i < 4 ? 2 + i : null))];

    private static RatePoint Point(int rate, int policy)
    {
        double load = rate / (3.0 + policy), late = 1 / Math.Max(0.02, 1.02 - Math.Min(load, 1));
        return new RatePoint(rate)
        {
            ThroughputPerS = Math.Min(rate, 3 + policy),
            ThroughputHalfWidth = policy == 1 ? 0.1 * rate : double.NaN,
            AttainmentHalfWidth = policy == 1 ? 0.04 : double.NaN,
            GoodputPerS = load < 1 ? rate : Math.Max(0, 3 + policy - (load * 1.2)),
            SloAttainment = Math.Clamp(1.6 - load, 0, 1),
            TtftP50S = 0.05 * late,
            TtftP99S = 0.2 * late,
            TpotP50S = 0.01 * (1 + load),
            TpotP99S = 0.02 * (1 + load),
            EndToEndP50S = 3 * (1 + late),
            EndToEndP99S = 9 * (1 + late),
        };
    }

    private static PolicyMemory Memory(string policy, int index)
    {
        const double Gib = 1L << 30;
        double[] live = Wave(index + 20, 40), held = Array.ConvertAll(live, v => v + (8 - index));
        double[] Each(Func<int, double> gib) => [.. Enumerable.Range(0, 40).Select(i => gib(i) * Gib)];
        return new PolicyMemory(policy, Times(40),
        [
            (MemoryLayer.Weights, Each(_ => 15)),
            (MemoryLayer.Runtime, Each(_ => 1)),
            (MemoryLayer.ActivationsLive, Each(i => i % 9 == 0 ? 3 : 0)),
            (MemoryLayer.ActivationsIdle, Each(i => i % 9 == 0 ? 1 : 4)),
            (MemoryLayer.KvLive, Each(i => live[i])),
            (MemoryLayer.KvIdle, Each(i => held[i] - live[i])),
            (MemoryLayer.Free, Each(i => 56 - held[i])),
            (MemoryLayer.Outside, Each(_ => 4)),
        ], Each(i => index == 2 ? i % 7 : 0));
    }

    private static ParetoPoint[] Deployments(double divisor) => [.. Enumerable.Range(0, 40).Select(i => new ParetoPoint(
        $"{1 + (i % 8)} x GPU {(char)('A' + (i / 8))}", 1 + (i % 8) + (i / 8 * 0.5),
        ((40.0 / (1 + (i % 8))) - (i / 8) + (i * 7 % 5)) / divisor))];

    private static CalibrationSeries[] Fits =>
        [Fit("map", 2, 30), Fit("unmap", 1, 25), Fit("copy to host", 20, 5), new("reserve", "items a call", [1], [2.5], [2.6])];

    private static CalibrationSeries Fit(string name, double perUnit, double fixedPart)
    {
        double[] x = [.. Enumerable.Range(0, 8).Select(i => (double)(1 << i))];
        double[] fitted = [.. x.Select(v => fixedPart + (perUnit * v))];
        return new CalibrationSeries(name, "size (MiB)", x,
            [.. fitted.Select((v, i) => v * (1 + ((((i * 5) + name.Length) % 7) - 3) * 0.015))], fitted);
    }

    private static double[] Times(int count) => [.. Enumerable.Range(0, count).Select(i => (double)i)];

    private static double[] Wave(int seed, int count) =>
        [.. Enumerable.Range(0, count).Select(i => (double)(((i * i) + (seed * i * 3) + seed) % (11 + seed)))];

    private static double[] Values(int seed, int count, double divisor) =>
        [.. Enumerable.Range(1, count)
            .Select(i => (1 + ((i * 37 * (seed + 2)) % 101) + (i % 97 == 0 ? 400 : 0)) / divisor / (10 * (seed + 1)))];

    private static double[] Terms(int seed) =>
        [.. Enumerable.Range(0, LedgerTerms.All.Count).Select(t => (double)(((t + 2) * (seed + 1)) % 7))];

    private static double[] Arrivals() => [.. Enumerable.Range(0, 600).Select(i => (i / 2) + (i % 20 * 0.02))];
}
