using System.CommandLine;
using System.Globalization;
using ELLM.Sim.Cli.Options;
using ELLM.Sim.Cli.Screen;
using ELLM.Sim.Cli.Tables;
using ELLM.Sim.Hardware;
using ELLM.Sim.Models;
using ELLM.Sim.Numerics;
using ELLM.Sim.Timing;
using ELLM.Sim.Timing.Tables;

namespace ELLM.Sim.Cli.Commands;

/// <summary><c>ellm profile</c>: measured operator tables as time models.</summary>
internal static class ProfileCommand
{
    public static Command Create(Terminal terminal)
    {
        Command command = new("profile", "Import, show and compare measured operator times.")
        {
            Import(terminal),
            Show(terminal),
            Compare(terminal),
        };
        return command;
    }

    private static Option<string> Model() =>
        new("--model") { Description = "Model the tables are of.", HelpName = "NAME|FILE", DefaultValueFactory = _ => "llama-3.1-8b" };

    private static Command Import(Terminal terminal)
    {
        Argument<string> folder = new(
            "folder")
        { Description = "Measured tables: mlp.csv, dense.csv, gemm_bf16.csv or operators.csv in it." };
        Option<string> model = Model();
        Option<string> tp = new("--tp")
        {
            Description = "Tensor-parallel degrees to import.",
            HelpName = "N,...",
            DefaultValueFactory = _ => "1"
        };
        Option<string> target = new("--out") { Description = "Folder of the time-model profile.", HelpName = "DIR", Required = true };
        Option<bool> force = CommonOptions.Force("Replace an existing table.");
        Command command = new("import", "Turn a measured folder into a time-model profile for timing.model=table:DIR.") { folder, model, tp,
            target, force };
        command.WithExamples("ellm profile import measured/tp1 --model llama-3.1-8b --out profiles/mine");
        command.SetAction(parsed =>
        {
            int[] degrees = [.. parsed.GetValue(tp)!.Split(',').Select(text => Values.Count("--tp", text)!.Value)];
            (string csv, IReadOnlyList<string> notes) =
                ProfileImport.Flatten(parsed.GetValue(folder)!, ModelCatalog.Load(parsed.GetValue(model)!), degrees);
            Metrics.ResultFiles.RunDirectory.Write(parsed.GetValue(target)!, parsed.GetValue(force),
                [(ProfileImport.FileName, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(csv)))]);
            foreach (string note in notes)
                terminal.Say(note);
            terminal.Say($"use it with --set timing.model=table:{parsed.GetValue(target)}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(Terminal terminal)
    {
        Argument<string> folder = new("folder") { Description = "Measured tables." };
        Option<string> model = Model();
        Option<string> tp = new("--tp") { Description = "Tensor-parallel degree.", HelpName = "N", DefaultValueFactory = _ => "1" };
        Command command = new("show", "Show what a measured folder holds.") { folder, model, tp };
        command.SetAction(parsed =>
        {
            OperatorTables tables = OperatorTablesReader.Read(
                parsed.GetValue(folder)!,
                ModelCatalog.Load(parsed.GetValue(model)!).ForRank(Values.Count("--tp", parsed.GetValue(tp))!.Value));
            TextTable table = new(["operator", "points", "over", "from", "to", "us at from", "us at to"], "over");
            foreach ((string name, string over, Curve? curve) in Curves(tables))
            {
                if (curve is not null)
                    table.Add(
                        [name, Words.Count(curve.Count), over, ShortText.Decimals(curve.First), ShortText.Decimals(curve.Last),
                            ShortText.Decimals(curve.At(curve.First)), ShortText.Decimals(curve.At(curve.Last))]);
            }
            foreach ((string name, string over,
                CurveFamily? family) in (ReadOnlySpan<(string, string, CurveFamily?)>)[("decode attention", "sequences", tables.Decode),
                    ("prefill attention", "chunk tokens", tables.Prefill)])
            {
                if (family is not null)
                    table.Add(
                        [name, Words.Count(family.Count), over, ShortText.Decimals(family.FirstKey), ShortText.Decimals(family.LastKey), "",
                            ""]);
            }
            table.Write(terminal.Out);
            foreach (string note in tables.Notes)
                terminal.Say(note);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Compare(Terminal terminal)
    {
        Argument<string> reference = new("reference") { Description = "analytic, table:DIR, linear:NAME or constant:step_us=N." };
        Argument<string> other = new("model") { Description = "The time model to compare with it." };
        Option<string> shape = Model();
        Option<string> gpu = new("--gpu")
        {
            Description = "GPU whose formulas are meant.",
            HelpName = "NAME|FILE",
            DefaultValueFactory = _ => "a100-80"
        };
        Option<string> tp = new("--tp") { Description = "Tensor-parallel degree.", HelpName = "N", DefaultValueFactory = _ => "1" };
        Command command = new("compare", "Compare two time models operator by operator.") { reference, other, shape, gpu, tp };
        command.SetAction(parsed =>
        {
            TimingProfile profile = TimingCatalog.Load(GpuCatalog.Load(parsed.GetValue(gpu)!).Timing);
            ModelSpec model = ModelCatalog.Load(parsed.GetValue(shape)!);
            int degree = Values.Count("--tp", parsed.GetValue(tp))!.Value;
            TimingOptions options = new(Overhead: OverheadProfile.None);
            TextTable table = new(["operator", "points", "MAPE", "P90", "bias", "worst", "at"], "at");
            IReadOnlyList<OperatorDifference> rows = ModelComparison.Compare(
                TimeModelCatalog.Parse(parsed.GetValue(reference)!, profile, model, degree, options),
                TimeModelCatalog.Parse(parsed.GetValue(other)!, profile, model, degree, options));
            foreach (OperatorDifference row in rows)
                table.Add(
                    [row.What, Words.Count(row.Points), Percent(row.Mape), Percent(row.P90), Percent(row.Bias), Percent(row.WorstError),
                        row.WorstPoint]);
            table.Write(terminal.Out);
            return ExitCode.Done;
        });
        return command;
    }

    private static IEnumerable<(string Name, string Over, Curve? Curve)> Curves(OperatorTables tables) =>
    [
        ("QKV projection", "tokens", tables.Qkv), ("output projection", "tokens", tables.Output), ("up projection", "tokens", tables.Up),
        ("down projection", "tokens", tables.Down), ("element-wise", "tokens", tables.Elementwise),
        ("embedding and final norm", "tokens", tables.Ends),
        ("LM head", "sequences", tables.LmHead), ("sampler", "sequences", tables.Sampler), ("all-reduce", "bytes", tables.AllReduce),
        ("send/recv", "bytes", tables.SendRecv),
    ];

    private static string Percent(double value) => value.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) + " %";
}
