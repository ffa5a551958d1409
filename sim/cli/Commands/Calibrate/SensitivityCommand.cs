using System.CommandLine;
using System.Globalization;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Configuration;
using ELLM.Sim.Experiments;
using ELLM.Sim.Files;
using ELLM.Sim.Hardware.Calibration;
using ELLM.Sim.Metrics.Summaries;
using ELLM.Sim.Policies;
using ELLM.Sim.Workload;

namespace ELLM.Sim.Cli.Commands.Calibrate;

/// <summary><c>ellm calibrate sensitivity</c>: how far a result moves when each cost halves or doubles.</summary>
internal static class SensitivityCommand
{
    private static readonly double[] Factors = [0.5, 2];

    public static Command Create(Terminal terminal)
    {
        Argument<string> trace = TraceArgument.Create();
        Option<string?> policy = RunOptions.Text("--policy", "NAME|FILE", "Memory policy (default ellm).", () => PresetCatalog.Names);
        RunOptions run = new();
        Command command = new("sensitivity",
            "Rank the costs of a profile by how far the result moves when each halves or doubles.") { trace, policy };
        command.WithExamples("ellm calibrate sensitivity chat --policy ellm --gpu h100");
        run.AddTo(command);
        command.SetAction((parsed, cancel) => Task.Run(
            () => Run(terminal, run, parsed, parsed.GetValue(trace)!, parsed.GetValue(policy) ?? "ellm", cancel), CancellationToken.None));
        return command;
    }

    private static int Run(Terminal terminal, RunOptions run, ParseResult parsed, string traceName, string policy, CancellationToken cancel)
    {
        terminal.Quiet = run.Quiet(parsed);
        RunConfig config = run.Bind(parsed, policy);
        CalibrationProfile profile = Deployment.Resolve(config).Costs.Profile;
        (Trace trace, TraceLoadReport? loaded) = Traces.Load(traceName, run.Reading(parsed));
        Talk.Trace(terminal, loaded, run.Verbose(parsed));

        List<(CalibratedOp Op, double Factor)> variants = [.. CostVariants.Scalable(profile)
            .SelectMany(op => Factors.Select(factor => (op, factor)))];
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ellm-sensitivity-");
        try
        {
            List<RunConfig> configs = [config];
            foreach ((CalibratedOp op, double factor) in variants)
            {
                string path = Path.Combine(folder.FullName, string.Create(CultureInfo.InvariantCulture, $"{op.Key()}-{factor}.json"));
                FileReplacement.Write(path, CalibrationCatalog.ToJson(CostVariants.Scaled(profile, op, factor)));
                configs.Add(config with { Profile = path });
            }
            IReadOnlyList<RunReport> reports =
                Compare.Run(configs, trace, run.Simulating(parsed, cancel), Environment.ProcessorCount, keepRecords: false);
            Talk.Warnings(terminal, reports.Take(1));
            if (reports[0].Summary is not { EndToEnd.Count: > 0 } baseline)
                throw new InputException($"{policy} finished no request of {trace.Name}: there is no result to move");
            Write(terminal, profile, baseline, variants, reports);
            return ExitCode.Done;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Write(
        Terminal terminal, CalibrationProfile profile, Summary baseline, List<(CalibratedOp Op, double Factor)> variants,
        IReadOnlyList<RunReport> reports)
    {
        terminal.Say(
            $"{baseline.Label.Policy} on {baseline.Label.Trace} with profile {profile.Name}: mean end-to-end latency "
                + $"{Words.Duration(baseline.EndToEnd.MeanPs)}, p99 TTFT {Words.Duration(baseline.Ttft.P99Ps)}");
        List<(CalibratedOp Op, double[] Latency, double[] Ttft)> rows = [];
        for (int i = 0; i < variants.Count; i += Factors.Length)
        {
            Summary?[] moved = [.. Enumerable.Range(0, Factors.Length).Select(j => reports[1 + i + j].Summary)];
            rows.Add((
                variants[i].Op,
                [.. moved.Select(summary => Change(summary?.EndToEnd.MeanPs, baseline.EndToEnd.MeanPs))],
                [.. moved.Select(summary => Change(summary?.Ttft.P99Ps, baseline.Ttft.P99Ps))]));
        }
        TextTable table = new(["cost", "latency x0.5", "latency x2", "p99 TTFT x0.5", "p99 TTFT x2", "source"], "source");
        foreach ((CalibratedOp op, double[] latency, double[] ttft) in rows.OrderByDescending(row => row.Latency.Max(Math.Abs))
            .ThenByDescending(row => row.Ttft.Max(Math.Abs)))
        {
            ProvenanceKind kind = profile.Ops[op.Key()].Provenance.Kind;
            table.Add([op.Key(), Signed(latency[0]), Signed(latency[1]), Signed(ttft[0]), Signed(ttft[1]), kind.Word()]);
        }
        table.Write(terminal.Out);
    }

    private static double Change(long? moved, long still) => moved is { } ps && still > 0 ? (ps / (double)still) - 1 : 0;

    private static string Signed(double share) =>
        share == 0 ? "0" : (share * 100).ToString("+0.000;-0.000", CultureInfo.InvariantCulture) + "%";
}
